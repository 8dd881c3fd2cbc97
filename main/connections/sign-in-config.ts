import { z } from 'zod';
import { mailSignIn, signInConfig } from '../../preload/contract.ts';

/** What is kept of a remote connection beside its secret. Without `signIn` it signs in by OAuth, once the server asks. */
export const remoteConfig = z.object({ url: z.url().max(2048), signIn: signInConfig.optional() });

const mailServer = z.object({ host: z.string(), port: z.number() });
/** What of a mailbox's configuration its sign-in in the browser needs. */
export const mailConfig = z.object({ imap: mailServer, smtp: mailServer, signIn: mailSignIn });
