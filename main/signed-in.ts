import type { ConnectionId, Message } from '../preload/contract.ts';
import { ConnectionProblem } from './connections/connection.ts';
import type { KeyVault } from './connections/keys/key-sign-ins.ts';
import type { SignInVault } from './connections/oauth/held-sign-in.ts';
import type { CredentialStore } from './credentials/credential-store.ts';
import type { Services } from './ipc/services.ts';
import { say } from './model/say.ts';

/** Sign-ins in the credential store, each under its connection's id, never to be taken for a credential of another kind. */
export function createSignInVault(credentials: CredentialStore): SignInVault {
  return {
    async read(id, origin) {
      const lent = await credentials.use(id, bound(origin), (value) => value);
      if (lent.ok) return lent.value;
      switch (lent.reason) {
        case 'wrong_origin':
          return null;
        case 'missing':
        case 'damaged':
          return undefined;
        case 'keychain':
        case 'locked':
          throw unaskable(lent.problem);
      }
    },
    async write(id, origin, value, secrets) {
      const kept = await credentials.put({ id, origin: bound(origin), value, kind: 'oauth', secrets });
      return kept.ok ? null : kept.problem;
    },
  };
}

/** Keys in the credential store, each under its connection's id. */
export function createKeyVault(credentials: CredentialStore): KeyVault {
  return {
    async lend(id, boundTo) {
      const lent = await credentials.use(id, boundTo, (value) => value);
      if (lent.ok) return lent.value;
      if (lent.reason === 'keychain' || lent.reason === 'locked') throw unaskable(lent.problem);
      return undefined;
    },
    async keep(id, boundTo, key) {
      const kept = await credentials.put({ id, origin: boundTo, value: key, kind: 'token' });
      return kept.ok ? null : kept.problem;
    },
    know: (id, secrets) => credentials.know(id, secrets),
  };
}

function unaskable(problem: Message): ConnectionProblem {
  return new ConnectionProblem('failing', problem, 'The keychain of this computer cannot be asked for the sign-in. Nothing was sent. Try again later.');
}

function bound(origin: string): string {
  return `oauth+${origin}`;
}

/** Tries a connection that somebody has just signed in to; resolves with what is still wrong, in words for the person. */
export async function checkSignedIn({ catalog, connections, mailAccounts, upstreams }: Pick<Services, 'catalog' | 'connections' | 'mailAccounts' | 'upstreams'>, id: ConnectionId): Promise<Message | null> {
  const connection = connections.find(id);
  if (connection?.kind === 'email') {
    const checked = await mailAccounts.open(connection).checkSignIn();
    if (!checked.ok) return checked.problem;
  }
  catalog.forget(id);
  const { state, text } = await upstreams.check(id);
  switch (state) {
    case 'ready':
    case 'idle':
      return null;
    case 'needs_sign_in':
      return say('signIn.problem.notAccepted');
    case 'locked':
    case 'failing':
      return text;
  }
}
