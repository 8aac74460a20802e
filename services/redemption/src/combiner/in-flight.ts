export type Joined<Answer> =
  { readonly kind: 'first' | 'copy'; readonly answer: Promise<Answer> } | { readonly kind: 'other_request' };

/** Copies of a request that is still being worked on wait for the first one's answer instead of queueing. */
export class InFlight<Answer> {
  private readonly requests = new Map<string, { fingerprint: string; answer: Promise<Answer> }>();

  /**
   * @param key one intended change
   * @param fingerprint what is asked for under the key; another one is another request with a stolen key
   */
  join(key: string, fingerprint: string, start: () => Promise<Answer>): Joined<Answer> {
    const known = this.requests.get(key);
    if (known !== undefined) {
      if (known.fingerprint !== fingerprint) return { kind: 'other_request' };
      return { kind: 'copy', answer: known.answer };
    }
    const answer = start();
    this.requests.set(key, { fingerprint, answer });
    // Not `finally`, whose promise everybody would wait for in place of the answer's own.
    const forget = (): void => void this.requests.delete(key);
    answer.then(forget, forget);
    return { kind: 'first', answer };
  }
}
