import type { AgentId, AgentInstructions, Result } from '../../preload/contract.ts';
import type { AgentAnswer } from '../agents/agents.ts';
import { say } from '../model/say.ts';
import type { Handlers } from '../shell/dispatch.ts';
import { done, problem, value } from './results.ts';
import type { Launcher, Services } from './services.ts';

type Calls = Pick<Handlers, 'addAgent' | 'getAgentInstructions' | 'renameAgent' | 'setAgentPaused' | 'setAgentConnections' | 'setAgentOptions' | 'forgetAgent' | 'setClawRun' | 'removeClawRun' | 'startClaw' | 'stopClaw' | 'restartClaw' | 'getClawLog'>;

export function agentCalls({ agents, clawRuns, connections, launcher }: Services): Calls {
  const known = (id: AgentId) => agents.get(id) !== undefined;
  return {
    addAgent({ name }) {
      const added = agents.add(name);
      return added ? value(instructions(added.id, launcher)) : problem(say('agent.problem.name'));
    },
    getAgentInstructions: ({ id }) => (known(id) ? value(instructions(id, launcher)) : problem(say('agent.problem.gone'))),
    renameAgent: ({ id, name }) => told(agents.rename(id, name)),
    setAgentPaused: ({ id, isPaused }) => told(agents.setPaused(id, isPaused)),
    setAgentConnections({ id, connections: chosen }) {
      const all = new Set(connections.list().map((connection) => connection.id));
      return told(agents.setConnections(id, chosen?.filter((one) => all.has(one)) ?? null));
    },
    setAgentOptions: ({ id, ...options }) => told(agents.setOptions(id, options)),
    forgetAgent: ({ id }) => told(agents.forget(id)),
    setClawRun: ({ id, run }) => clawRuns.set(id, run),
    removeClawRun: ({ id }) => clawRuns.remove(id),
    startClaw: ({ id }) => clawRuns.start(id),
    async stopClaw({ id }) {
      await clawRuns.stop(id);
      return done;
    },
    restartClaw: ({ id }) => clawRuns.restart(id),
    getClawLog: ({ id }) => (known(id) ? value({ lines: [...clawRuns.log(id)] }) : problem(say('agent.problem.gone'))),
  };
}

/** How a client is told to connect. Holds no secret: the socket's folder is what keeps others out. */
export function instructions(agent: AgentId, launcher: Launcher): AgentInstructions {
  const { command } = launcher;
  const args = [...launcher.args, 'connect', '--agent', agent];
  return { agent, command, args, json: JSON.stringify({ mcpServers: { countersign: { command, args } } }, null, 2) };
}

function told(answer: AgentAnswer): Result<null> {
  switch (answer) {
    case 'ok':
      return done;
    case 'unknown_agent':
      return problem(say('agent.problem.gone'));
    case 'managed':
      return problem(say('agent.problem.managed'));
    case 'invalid_name':
      return problem(say('agent.problem.name'));
  }
}
