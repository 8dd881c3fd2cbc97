/** `node plant.ts STATE_DB PLAN`: puts connections and credentials where the app keeps them, in the keyring of this process's bus. */
import { readFileSync } from 'node:fs';
import { createConnectionStore, connectionMigrations, type NewConnection } from '../../../main/connections/connection-store.ts';
import { createCredentialStore } from '../../../main/credentials/credential-store.ts';
import { credentialMigrations } from '../../../main/credentials/credential-rows.ts';
import type { NewCredential } from '../../../main/credentials/credential.ts';
import { openKeychain } from '../../../main/credentials/keytar-keychain.ts';
import { openState } from '../../../main/state/state.ts';

export interface Plan {
  readonly connections: readonly NewConnection[];
  readonly credentials: readonly NewCredential[];
}

const [file = '', planFile = ''] = process.argv.slice(2);
// Written by the test beside this file.
const { connections, credentials } = JSON.parse(readFileSync(planFile, 'utf8')) as Plan;
const state = openState(file, [
  { component: 'connections', migrations: connectionMigrations },
  { component: 'credentials', migrations: credentialMigrations },
]);
const kept = createConnectionStore(state, () => Date.now());
const ids = connections.map((connection) => kept.add(connection).id);
const store = createCredentialStore({ state, keychain: await openKeychain({ hasSealed: false }), now: () => Date.now() });
const began = performance.now();
for (const credential of credentials) {
  const put = await store.put(credential);
  if (!put.ok) throw new Error(put.reason);
}
state.close();
console.log(JSON.stringify({ keychain: store.keychain, ids, milliseconds: Math.round(performance.now() - began) }));
