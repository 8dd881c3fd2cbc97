import { z } from 'zod';
import type { CredentialStore } from './credentials/credential-store.ts';
import { openclawsOwn } from './model/openclaw-place.ts';
import type { GatewayVault } from './openclaw/own-commands.ts';
import { say } from './model/say.ts';

const secrets = z.object({ token: z.string(), deviceKey: z.string() });

/** What signs this app in to OpenClaw's gateway, in the credential store, bound to the gateway's address. */
export function createGatewayVault(credentials: Pick<CredentialStore, 'use' | 'put' | 'remove'>): GatewayVault {
  return {
    async read(url) {
      const lent = await credentials.use(openclawsOwn, url, (value) => value);
      if (!lent.ok) return lent.problem;
      const parsed = secrets.safeParse(JSON.parse(lent.value));
      return parsed.success ? parsed.data : say('credential.problem.damaged');
    },
    async write(url, value) {
      const kept = await credentials.put({ id: openclawsOwn, origin: url, value: JSON.stringify(value), kind: 'token', secrets: [value.token, value.deviceKey] });
      return kept.ok ? null : kept.problem;
    },
    async remove() {
      await credentials.remove(openclawsOwn);
    },
  };
}
