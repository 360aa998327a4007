/** The live log of `npm start`: one line per request, published event and error. Pure: entries in, text out. */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { FunctionLog } from '../functions/function-worker.ts';
import type { Invocation } from '../functions/runtime.ts';
import type { Problem } from '../triggers/context.ts';
import type { BusEvent } from '../triggers/event-bus.ts';
import type { HandledRequest } from '../triggers/http-api/gateway.ts';

type Style = Parameters<typeof styleText>[0];
/** Colours a text, or leaves it. */
export type Paint = (style: Style, text: string) => string;

/** Follows NO_COLOR, FORCE_COLOR and whether the stream is a terminal. */
export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream });

/** The name people know: the logical id without the CDK's hash. */
export type Label = (functionName: string) => string;

const kindWidth = 8;
const subjectWidth = 46;
const messageLimit = 400;
/** Of what a log's entry says beside its message. */
const fieldsLimit = 12;
const valueLimit = 100;

/** `12:03:58.123`, local time. */
const clock = (at: number) => {
  const date = new Date(at);
  const two = (value: number, width = 2) => String(value).padStart(width, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${two(date.getMilliseconds(), 3)}`;
};

/** What others wrote must not move the cursor or span lines. */
function oneLine(text: string, limit = messageLimit): string {
  const flat = stripVTControlCharacters(text).replaceAll(/\s+/g, ' ').trim();
  return flat.length > limit ? `${flat.slice(0, limit)}…` : flat;
}

function line(paint: Paint, at: number, [style, kind]: [Style, string], subject: string, rest: string): string {
  const padded = subject.length > subjectWidth ? subject : subject.padEnd(subjectWidth);
  return `${paint('gray', clock(at))} ${paint(style, kind.padEnd(kindWidth))}${padded} ${rest}`.trimEnd();
}

export function createLines(paint: Paint, label: Label) {
  const statusStyle = (status: number): Style => (status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green');
  return {
    request({ method, path, status, durationMs, function: name, reason }: HandledRequest, at = Date.now()): string {
      const took = `${String(Math.round(durationMs)).padStart(5)} ms`;
      const who = name ? label(name) : '';
      const why = reason ? paint('gray', `(${oneLine(reason)})`) : '';
      const rest = `${paint(statusStyle(status), String(status))} ${took}  ${[who, why].filter(Boolean).join(' ')}`;
      return line(paint, at, ['cyan', method], oneLine(path), rest);
    },
    event(event: BusEvent, rules: readonly string[], at = Date.now()): string {
      const failed = /Failed|Rejected|Refused/.test(event['detail-type']);
      const to = rules.length === 0 ? 'no rule' : `${rules.length} rule${rules.length > 1 ? 's' : ''}`;
      const subject = oneLine(`${event.source} ${event['detail-type']}`);
      return line(paint, at, [failed ? 'yellow' : 'magenta', 'event'], subject, paint('gray', `→ ${to}`));
    },
    /** Undefined for an invocation that went well. */
    invocation({ function: name, durationMs, error }: Invocation, at = Date.now()): string | undefined {
      if (!error) return undefined;
      return line(
        paint,
        at,
        ['red', 'error'],
        label(name),
        `${oneLine(error)} ${paint('gray', `(${Math.round(durationMs)} ms)`)}`,
      );
    },
    problem({ at, source, message }: Problem): string {
      return line(paint, at, ['red', 'problem'], oneLine(source), oneLine(message));
    },
    /** Undefined unless the function itself warned or told of an error. */
    log({ at, function: name, line: text, stream }: FunctionLog): string | undefined {
      const entry = readLog(text);
      const level = entry?.level ?? (stream === 'stderr' ? 'ERROR' : 'INFO');
      if (level !== 'ERROR' && level !== 'WARN' && level !== 'CRITICAL') return undefined;
      const kind: [Style, string] = level === 'WARN' ? ['yellow', 'warn'] : ['red', 'error'];
      const fields = entry?.fields ? ` ${paint('gray', entry.fields)}` : '';
      return line(paint, at, kind, label(name), `${oneLine(entry?.message ?? text)}${fields}`);
    },
  };
}

/** What Powertools puts into every entry: the line has its own time, level and function. */
const standardKeys = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'sampling_rate',
  'xray_trace_id',
  'cold_start',
  'function_arn',
  'function_memory_size',
  'function_name',
  'function_request_id',
  'error',
]);

/** What says where an entry is of, and not what happened: behind everything else. */
const placeKeys = new Set(['route', 'requestId', 'correlationId', 'messageId']);

/** An error as Powertools writes it. */
function errorText(value: unknown): string | undefined {
  const { name, message } = Object(value) as { name?: unknown; message?: unknown };
  if (typeof message !== 'string') return undefined;
  return typeof name === 'string' ? `${name}: ${message}` : message;
}

/** A value with spaces is quoted, so that one sees where it ends. */
function fieldText([name, value]: [string, unknown]): string {
  const text = oneLine(typeof value === 'string' ? value : (errorText(value) ?? JSON.stringify(value)), valueLimit);
  return `${oneLine(name, valueLimit)}=${typeof value === 'object' || !/[\s"]/.test(text) ? text : JSON.stringify(text)}`;
}

/** Powertools' structured line, when it is one. */
function readLog(text: string): { level: string; message: string; fields: string } | undefined {
  try {
    const entry = JSON.parse(text) as Record<string, unknown> | null;
    if (typeof entry?.level !== 'string') return undefined;
    const error = errorText(entry.error);
    const fields = Object.entries(entry)
      .filter(([name, value]) => !standardKeys.has(name) && value !== null && value !== '')
      .toSorted(([one], [other]) => Number(placeKeys.has(one)) - Number(placeKeys.has(other)))
      .map(fieldText);
    return {
      level: entry.level,
      message: `${String(entry.message)}${error === undefined ? '' : `: ${error}`}`,
      fields: [...fields.slice(0, fieldsLimit), ...(fields.length > fieldsLimit ? ['…'] : [])].join(' '),
    };
  } catch {
    return undefined;
  }
}
