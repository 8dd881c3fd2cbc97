// npm run demo [-- mail|code]: a whole story without hands: the real app in a headless Chromium, the buttons really clicked.
// Prints the story, writes pictures to out/demo/; --json prints one line, and the exit code is 1 if any part failed.
import { parseArgs } from 'node:util';
import { tellCodeStory } from './demo/code.ts';
import { tellMailStory } from './demo/mail.ts';
import { Stage } from './demo/stage.ts';

const stories = { mail: tellMailStory, code: tellCodeStory };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  // --pictures renews those that the README shows.
  options: { json: { type: 'boolean', default: false }, pictures: { type: 'boolean', default: false } },
});
const [name = 'mail', ...more] = positionals;
if ((name !== 'mail' && name !== 'code') || more.length > 0) {
  process.stderr.write(`There is no story "${positionals.join(' ')}". There are: ${Object.keys(stories).join(', ')}.\n`);
  process.exit(1);
}
const stage = await Stage.set({ story: name, isJson: values.json, isForDocs: values.pictures });
await stories[name](stage);
process.exit(stage.close() ? 0 : 1);
