import type { ClientCapabilities, InputRequest } from '@modelcontextprotocol/server';
import { text } from './content.ts';
import { offer, says, type Asking, type OfferedTool, type Turn } from './tools.ts';

type Form = Extract<InputRequest, { method: 'elicitation/create' }>['params'];
type Field = Extract<Form, { requestedSchema: unknown }>['requestedSchema']['properties'][string];

function form(message: string, properties: Record<string, Field>, required: string[] = Object.keys(properties)): InputRequest {
  return { method: 'elicitation/create', params: { message, requestedSchema: { type: 'object', properties, required } } };
}

function sample(prompt: string, maxTokens: number): InputRequest {
  return { method: 'sampling/createMessage', params: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens } };
}

const roots: InputRequest = { method: 'roots/list', params: {} };

/** Asks until every question has an answer of the shape that its kind of question gets, then says what they were. */
function untilAnswered(questions: Asking['questions'], state?: string): OfferedTool['run'] {
  return (_, turn) => (isAnswered(questions, turn) ? says(text(tell(questions, turn))) : { questions, ...(state === undefined ? {} : { state }) });
}

/** Whether every question has an answer of its own shape; what a client sends is not to be trusted. */
export function isAnswered(questions: Asking['questions'], { answers }: Pick<Turn, 'answers'>): boolean {
  return Object.entries(questions).every(([key, { method }]) => {
    const answer = answers[key];
    if (typeof answer !== 'object' || answer === null) return false;
    if (method === 'roots/list') return 'roots' in answer && Array.isArray(answer.roots);
    return method === 'sampling/createMessage' ? 'content' in answer : 'action' in answer;
  });
}

function tell(questions: Asking['questions'], { answers }: Turn): string {
  return Object.keys(questions).map((key) => `${key}: ${JSON.stringify(answers[key])}`).join('\n');
}

/** The two steps of a conversation, told apart by the state the client brings back. */
const steps: Readonly<Record<string, Asking>> = {
  first: { state: 'first', questions: { step1: form('Step 1: What is your name?', { name: { type: 'string' } }) } },
  second: { state: 'second', questions: { step2: form('Step 2: What is your favorite color?', { color: { type: 'string' } }) } },
};

const inSteps: OfferedTool['run'] = (_, turn) => {
  const current = steps[turn.state ?? 'first'];
  if (current === undefined || turn.state === undefined || !isAnswered(current.questions, turn)) return current ?? steps['first']!;
  return turn.state === 'first' ? steps['second']! : says(text('Both steps are done.'));
};

/** Asks only what this client says it can answer. */
const byCapability: OfferedTool['run'] = (_, turn) => {
  const all: readonly (readonly [keyof ClientCapabilities, string, InputRequest])[] = [
    ['elicitation', 'confirmation', form('May this go on?', { ok: { type: 'boolean' } })],
    ['sampling', 'opinion', sample('Say something.', 50)],
  ];
  const possible = all.filter(([capability]) => turn.capabilities[capability] !== undefined);
  const open = possible.filter(([, key, question]) => !isAnswered({ [key]: question }, turn));
  const isEnough = open.length < possible.length || possible.length === 0;
  return isEnough ? says(text('What could be asked has been asked.')) : { questions: Object.fromEntries(possible.map(([, key, question]) => [key, question])) };
};

const options = ['option1', 'option2', 'option3'];
const titled = ['First', 'Second', 'Third'].map((name, index) => ({ const: `value${index + 1}`, title: `${name} Option` }));

/** Every kind of choice a form can hold (SEP-1330), the old one with `enumNames` included. */
const choices: Record<string, Field> = {
  untitledSingle: { type: 'string', enum: options },
  titledSingle: { type: 'string', oneOf: titled },
  legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['Option One', 'Option Two', 'Option Three'] },
  untitledMulti: { type: 'array', items: { type: 'string', enum: options } },
  titledMulti: { type: 'array', items: { anyOf: titled } },
};

/** One default of each primitive type (SEP-1034). */
const defaults: Record<string, Field> = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
};

const person: Record<string, Field> = {
  username: { type: 'string', description: "User's response" },
  email: { type: 'string', description: "User's email address" },
};

const word = (args: Readonly<Record<string, unknown>>, key: string): string => (typeof args[key] === 'string' ? args[key] : '');

/** What `test_input_required_result_prompt` wants to know. */
export const promptQuestions: Asking['questions'] = { user_context: form('What context should the prompt use?', { context: { type: 'string' } }) };

/** Tools that ask the client something before they answer. */
export const askingTools: readonly OfferedTool[] = [
  offer('test_sampling', "Asks the client's model.", (args, turn) => untilAnswered({ answer: sample(word(args, 'prompt'), 100) })(args, turn), { prompt: { type: 'string' } }, { required: ['prompt'] }),
  offer('test_elicitation', "Asks the client's user.", (args, turn) => untilAnswered({ user: form(word(args, 'message'), person) })(args, turn), { message: { type: 'string' } }, { required: ['message'] }),
  offer('test_elicitation_sep1034_defaults', 'Asks with a default for each type.', untilAnswered({ form: form('Please look through these.', defaults, []) })),
  offer('test_elicitation_sep1330_enums', 'Asks with every kind of choice.', untilAnswered({ form: form('Please choose.', choices, []) })),
  offer('test_streaming_elicitation', 'Asks for a confirmation.', untilAnswered({ confirm: form('Please confirm.', { ok: { type: 'boolean' } }) })),
  offer('test_missing_capability', "Cannot do without the client's model.", untilAnswered({ model: sample('Are you there?', 10) })),
  offer('test_input_required_result_elicitation', 'Asks for a name.', untilAnswered({ user_name: form('What is your name?', { name: { type: 'string' } }) })),
  offer('test_input_required_result_sampling', 'Asks for a capital.', untilAnswered({ capital_question: sample('What is the capital of France?', 100) })),
  offer('test_input_required_result_list_roots', 'Asks for the roots.', untilAnswered({ client_roots: roots })),
  offer('test_input_required_result_request_state', 'Asks, and checks that its state comes back.', untilAnswered({ confirm: form('Please confirm', { ok: { type: 'boolean' } }) }, 'asked')),
  offer('test_input_required_result_tampered_state', 'Asks, and refuses a state that is not its own.', untilAnswered({ confirm: form('Please confirm', { ok: { type: 'boolean' } }) }, 'asked')),
  offer(
    'test_input_required_result_multiple_inputs',
    'Asks three things at once.',
    untilAnswered({ user_name: form('What is your name?', { name: { type: 'string' } }), greeting: sample('Generate a greeting', 50), client_roots: roots }, 'asked'),
  ),
  offer('test_input_required_result_multi_round', 'Asks twice, one after the other.', inSteps),
  offer('test_input_required_result_capabilities', 'Asks only what the client can answer.', byCapability),
];
