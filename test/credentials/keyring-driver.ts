/**
 * Runs the credential store against whatever keychain this process finds, one command after another, and prints the
 * answers as JSON. In a process of its own because libsecret takes its bus address from the real environment.
 */
import { once } from 'node:events';
import { createCredentialStore } from '../../main/credentials/credential-store.ts';
import { createKeytarKeychain, openKeychain, type Keytar } from '../../main/credentials/keytar-keychain.ts';
import { createDiskRows, credentialMigrations, hasSealedValues } from '../../main/credentials/credential-rows.ts';
import { guardKeychain } from '../../main/credentials/guarded-keychain.ts';
import { openState } from '../../main/state/state.ts';

const [file = '', commands = '[]', mode = 'open'] = process.argv.slice(2);
const state = openState(file, [{ component: 'credentials', migrations: credentialMigrations }]);
const keytarModule: { default: Keytar } = await import('keytar');
const keychain = mode === 'open' ? await openKeychain({ hasSealed: hasSealedValues(state) }) : guardKeychain(createKeytarKeychain(keytarModule.default));
const store = createCredentialStore({ state, keychain, now: () => 1000 });
/** Which of the keychain's items holds the key. */
const accountOf = (id: string): string => createDiskRows(state).get(id)?.account ?? id;

/** Says so on stderr, and waits until its input ends. */
async function untilTold(): Promise<null> {
  process.stderr.write('paused\n');
  process.stdin.resume();
  await once(process.stdin, 'end');
  return null;
}

const answers: unknown[] = [keychain.kind];
// The commands are written by the test beside this file.
for (const [name = '', id = '', origin = '', value = '', ...secrets] of JSON.parse(commands) as string[][]) {
  if (name === 'put') answers.push(await store.put({ id, origin, value, kind: 'password', secrets }));
  if (name === 'use') answers.push(await store.use(id, origin, (secret) => secret));
  if (name === 'describe') answers.push(await store.describe(id));
  if (name === 'remove') answers.push(await store.remove(id));
  if (name === 'load') answers.push((await store.load(), null));
  if (name === 'unlock') answers.push(await store.unlock());
  if (name === 'secrets') answers.push(store.secrets.list());
  if (name === 'pause') answers.push(await untilTold());
  if (name === 'item') answers.push(await keytarModule.default.getPassword('Countersign', accountOf(id)));
  if (name === 'delete item') answers.push(await keytarModule.default.deletePassword('Countersign', accountOf(id)));
}
state.close();
console.log(JSON.stringify(answers));
