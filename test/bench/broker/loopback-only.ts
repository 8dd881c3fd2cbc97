/** `node --import loopback-only.ts …`: a server that would listen on every network of this computer listens on loopback. */
import { Server } from 'node:net';

// oxlint-disable-next-line typescript/unbound-method -- it is called with the `this` of the call below
const listen = Server.prototype.listen;
Server.prototype.listen = function (this: Server, ...given: unknown[]) {
  const [first, ...rest] = given;
  const isPortAlone = typeof first === 'number' && typeof rest[0] !== 'string';
  // The arguments are those of one of the overloads, with a host added.
  return Reflect.apply(listen, this, isPortAlone ? [first, '127.0.0.1', ...rest] : given) as Server;
};
