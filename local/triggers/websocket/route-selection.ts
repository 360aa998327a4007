/** API Gateway's choice of a message's route: what the selection expression finds in a JSON body, else `$default`. */
import type { Route, WebSocketApi } from './model.ts';

function valueAt(body: string, selection: readonly string[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  for (const name of selection) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

export function selectRoute({ routes, selection }: WebSocketApi, body: string): Route | undefined {
  const value = valueAt(body, selection);
  const key = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : '$default';
  // A client cannot name `$connect` or `$disconnect`.
  const named = key.startsWith('$') ? undefined : routes.find((route) => route.key === key);
  return named ?? routes.find((route) => route.key === '$default');
}
