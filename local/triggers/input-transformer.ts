/**
 * What a rule's target receives: the event, a part of it, a constant, or a template filled from it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
import * as z from 'zod';

export const inputSchema = {
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z
    .object({ InputPathsMap: z.record(z.string(), z.string()).default({}), InputTemplate: z.string() })
    .optional(),
};

export interface InputSettings {
  readonly Input?: string | undefined;
  readonly InputPath?: string | undefined;
  readonly InputTransformer?:
    | { readonly InputPathsMap: Record<string, string>; readonly InputTemplate: string }
    | undefined;
}

export interface RuleNames {
  readonly ruleArn: string;
  readonly ruleName: string;
}

/** `$.detail.items[0].id` and `$.detail['a-b']`; undefined when nothing is there. */
export function readPath(event: unknown, path: string): unknown {
  if (!path.startsWith('$')) throw new Error(`the path ${path} does not start with $`);
  const steps = [...path.slice(1).matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)];
  if (steps.map(([step]) => step).join('') !== path.slice(1)) throw new Error(`the path ${path} is not known here`);
  return steps.reduce<unknown>((value, [, name, index, quoted]) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<string, unknown>)[name ?? index ?? quoted ?? ''];
  }, event);
}

function fill(template: string, lookUp: (name: string) => unknown): string {
  let inString = false;
  let filled = '';
  for (let i = 0; i < template.length; i += 1) {
    const char = template.charAt(i);
    const name = char === '<' ? /^<([\w.-]+)>/.exec(template.slice(i))?.[1] : undefined;
    if (name === undefined) {
      if (char === '"' && template.charAt(i - 1) !== '\\') inString = !inString;
      filled += char;
      continue;
    }
    const value = lookUp(name);
    if (inString) filled += inText(value);
    else filled += value === undefined ? '""' : JSON.stringify(value);
    i += name.length + 1;
  }
  return filled;
}

/** Inside quotes a string is inserted bare, anything else as JSON, both escaped. */
function inText(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}

/** The target's input as JSON text. */
export function targetInput(settings: InputSettings, event: Record<string, unknown>, names: RuleNames): string {
  if (settings.Input !== undefined) return settings.Input;
  if (settings.InputPath !== undefined) return JSON.stringify(readPath(event, settings.InputPath) ?? null);
  const transformer = settings.InputTransformer;
  if (!transformer) return JSON.stringify(event);
  const { detail: _detail, ...withoutDetail } = event;
  return fill(transformer.InputTemplate, (name) => {
    switch (name) {
      case 'aws.events.event':
        return withoutDetail;
      case 'aws.events.event.json':
        return event;
      case 'aws.events.event.ingestion-time':
        return event.time;
      case 'aws.events.rule-arn':
        return names.ruleArn;
      case 'aws.events.rule-name':
        return names.ruleName;
      default: {
        const path = transformer.InputPathsMap[name];
        if (path === undefined) throw new Error(`the input template names <${name}>, which no path defines`);
        return readPath(event, path);
      }
    }
  });
}
