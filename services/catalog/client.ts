/**
 * How other services read definitions: they ask the catalog's function, keep what it says for some seconds, and then ask only
 * whether there is a newer one. When it cannot be asked, the last good definition serves for some minutes; then nothing runs.
 */
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { type LastGood, lastGood } from '#shared/last-good.ts';
import { type AppDefinition, type Catalog, type DefinitionRequest, definitionAnswer } from './contracts.ts';

export interface CatalogClientOptions {
  readonly client: LambdaClient;
  /** Name or ARN of the catalog's `definition` function. */
  readonly functionName: string;
  /** Told of each failed attempt to ask. */
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds; the clock by default. */
  readonly now?: () => number;
}

/** A change is seen within five seconds: four here, one in the catalog's own function. */
const age = { maxAgeMs: 4_000, cooldownMs: 1_000, emptyCooldownMs: 0, keepMs: 10 * 60_000 };
const timeoutMs = 5_000;
const maxKept = 1_000;

interface Known {
  readonly revision: string;
  readonly definition: AppDefinition;
}

export const catalogClient = ({ client, functionName, onFailure, now = Date.now }: CatalogClientOptions): Catalog => {
  const ask = async (request: DefinitionRequest) => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) }),
      { abortSignal: AbortSignal.timeout(timeoutMs) },
    );
    const answer: unknown = JSON.parse(Buffer.from(Payload ?? []).toString('utf8') || 'null');
    if (FunctionError) throw new Error(`${functionName}: ${FunctionError}`, { cause: answer });
    return definitionAnswer.parse(answer);
  };

  const load = async (app: string, known: Known | undefined): Promise<Known | undefined> => {
    const answer = await ask({ app, ...(known ? { have: known.revision } : {}) });
    switch (answer.status) {
      case 'unknown':
        return undefined;
      case 'unchanged':
        return known;
      case 'found':
        return { revision: answer.revision, definition: answer.definition };
    }
  };

  const source = (app: string): LastGood<Known | undefined> => {
    let known: Known | undefined;
    return lastGood({
      ...age,
      load: async () => {
        known = await load(app, known);
        return known;
      },
      now,
      ...(onFailure ? { onFailure } : {}),
    });
  };

  const sources = new Map<string, LastGood<Known | undefined>>();
  return {
    async app(id) {
      const kept = sources.get(id) ?? source(id);
      // Strangers may name any app: the one that was asked for longest ago goes, which costs an app of ours a read.
      const [oldest] = sources.keys();
      if (sources.size >= maxKept && oldest !== undefined && !sources.has(id)) sources.delete(oldest);
      sources.set(id, kept);
      return (await kept.read())?.definition;
    },
  };
};
