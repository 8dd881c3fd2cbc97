/** One thing a run attempts on the network. */
export type NetworkAttempt =
  /** A connection to a host, as the run named it: a name in lower case, or an address. */
  | { readonly kind: 'connect'; readonly host: string; readonly port: number }
  /** A request inside a connection that is inspected. */
  | {
      readonly kind: 'request';
      readonly host: string;
      readonly port: number;
      readonly scheme: 'http' | 'https';
      readonly method: string;
      /** Path and query, as the run wrote them. */
      readonly target: string;
      readonly headers: readonly (readonly [name: string, value: string])[];
    };

export type NetworkDecision =
  | {
      readonly effect: 'allow';
      readonly removeHeaders?: readonly string[];
      readonly setHeaders?: readonly (readonly [name: string, value: string])[];
      /** Path and query that go out in place of the run's own. Only inside TLS that is inspected, as all that follows. */
      readonly target?: string;
      /** What the run must not see of the answer, each with what it sees. */
      readonly conceal?: readonly (readonly [secret: string, shown: string])[];
    }
  /** `reason` is read by the run: plain English, one line. */
  | { readonly effect: 'deny'; readonly reason: string };

/** Decides over each attempt of a run. Whatever it does not answer with "allow" is refused; so is all that is asked after the run's end. */
export interface NetworkDecider {
  /** Whether TLS is opened, so that requests are seen. */
  readonly isInspected: boolean;
  /** Whether what cannot be seen into is refused: a tunnel that carries no TLS, or another protocol. Only with `isInspected`. */
  readonly refusesOpaque: boolean;
  /** Networks (CIDR) that a name must not lead to, whatever it is; beside this computer's own addresses. */
  readonly refusedNetworks: readonly string[];
  decide(attempt: NetworkAttempt): Promise<NetworkDecision>;
  /** Told when what stands for a lent key is in the content of a request; where nothing is lent there is nobody to tell. */
  readonly foundInContent?: ((host: string, mark: string) => void) | undefined;
}

/** The answer where nobody answers. */
export const nobodyAllowed: NetworkDecision = { effect: 'deny', reason: 'Countersign allows this run no such connection.' };
