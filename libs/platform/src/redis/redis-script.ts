import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { within } from '../clock/within.js';
import { COMMAND_TIMEOUT_MS, type RedisConnection } from './redis-connection.js';

type Client = Pick<RedisConnection['client'], 'eval' | 'evalSha'>;

/** A Lua script from a file. Its name says how many keys it takes: `admit-batch-2.lua`. */
export class RedisScript {
  private constructor(
    readonly name: string,
    readonly keyCount: number,
    private readonly source: string,
    private readonly sha: string,
  ) {}

  /**
   * Reads the file once, at start.
   * @param moduleUrl `import.meta.url` of the caller
   * @param file path from there: `scripts/<verb>-<keys>.lua`
   * @throws Error when the file is missing or its name has no key count
   */
  static load(moduleUrl: string, file: string): RedisScript {
    const keyCount = /-(\d+)\.lua$/.exec(file)?.[1];
    if (keyCount === undefined)
      throw new Error(`${file}: the name must end with the key count, as in admit-2.lua`);
    const source = readFileSync(new URL(file, moduleUrl), 'utf8');
    const sha = createHash('sha1').update(source).digest('hex');
    return new RedisScript(file, Number(keyCount), source, sha);
  }

  /**
   * Runs the script; sends its text only when the server does not have it (it is new, was restarted or flushed).
   * @param timeoutMs for the answer. node-redis' own limit ends when a command is sent, so it would wait on a frozen
   * server. After DeadlineExceeded the script may or may not have run.
   */
  async run(
    client: Client,
    keys: string[],
    args: string[],
    timeoutMs: number = COMMAND_TIMEOUT_MS,
  ): Promise<unknown> {
    if (keys.length !== this.keyCount)
      throw new TypeError(`${this.name} takes ${this.keyCount} keys, not ${keys.length}`);
    return within(timeoutMs, this.#evaluate(client, { keys, arguments: args }));
  }

  async #evaluate(client: Client, input: { keys: string[]; arguments: string[] }): Promise<unknown> {
    try {
      return await client.evalSha(this.sha, input);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.eval(this.source, input);
    }
  }
}
