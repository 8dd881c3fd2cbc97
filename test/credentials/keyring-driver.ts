/**
 * Runs the credential store against whatever keychain this process finds, one command after another, and prints the
 * answers as JSON. In a process of its own because libsecret takes its bus address from the real environment.
 */
import { createCredentialStore } from '../../main/credentials/credential-store.ts';
import { createKeytarKeychain, openKeychain, type Keytar } from '../../main/credentials/keytar-keychain.ts';
import { credentialMigrations } from '../../main/credentials/sealed-values.ts';
import { openState } from '../../main/state/state.ts';

const [file = '', commands = '[]', mode = 'open'] = process.argv.slice(2);
const state = openState(file, [{ component: 'credentials', migrations: credentialMigrations }]);
const keytarModule: { default: Keytar } = await import('keytar');
const keychain = mode === 'open' ? await openKeychain() : createKeytarKeychain(keytarModule.default);
const store = createCredentialStore(state, keychain, () => 1000);

const answers: unknown[] = [keychain.kind];
// The commands are written by the test beside this file.
for (const [name = '', id = '', origin = '', value = ''] of JSON.parse(commands) as string[][]) {
  if (name === 'put') answers.push(await store.put({ id, origin, value, kind: 'password' }));
  if (name === 'use') answers.push(await store.use(id, origin, (secret) => secret));
  if (name === 'describe') answers.push(await store.describe(id));
  if (name === 'remove') answers.push(await store.remove(id));
  if (name === 'item') answers.push(await keytarModule.default.getPassword('Countersign', id));
  if (name === 'delete item') answers.push(await keytarModule.default.deletePassword('Countersign', id));
}
state.close();
console.log(JSON.stringify(answers));
