import { connectionId, type ConnectionId } from '../../preload/contract.ts';

const mcpPath = '/mcp';
/** The names this machine goes by at the endpoint. */
const ownNames = ['127.0.0.1', 'localhost', '[::1]'];

/** One of this app's own addresses: `only` null for `/mcp`. */
export interface Resource {
  readonly only: ConnectionId | null;
}

/** Reads `/mcp` or `/mcp/CONNECTION`. Undefined for any other path. */
export function readResourcePath(path: string): Resource | undefined {
  if (path === mcpPath) return { only: null };
  if (!path.startsWith(`${mcpPath}/`)) return undefined;
  const id = connectionId.safeParse(path.slice(mcpPath.length + 1));
  return id.success ? { only: id.data } : undefined;
}

/** Reads a resource indicator (RFC 8707). Undefined for one that is not this app's: then no token may be given for it. */
export function readResource(text: string, port: number): Resource | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isOwn = ownNames.some((name) => url.origin === `http://${name}:${port}`) && url.username === '' && url.password === '' && url.search === '' && url.hash === '' && !text.includes('#');
  return isOwn ? readResourcePath(url.pathname) : undefined;
}

export function resourcePath({ only }: Resource): string {
  return only === null ? mcpPath : `${mcpPath}/${only}`;
}
