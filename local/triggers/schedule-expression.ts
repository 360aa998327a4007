/** AWS's schedule expressions: `rate(5 minutes)`, `cron(0 12 * * ? *)`, `at(2027-01-01T00:00:00)`. */
import { Cron } from 'croner';

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** Node's timers take no more; a longer wait is made of several. */
const timerLimitMs = 2_147_483_647;

/** AWS counts Sunday as 1, cron as 0; names and `?` differ too. */
export function toCronPattern(expression: string): string {
  const fields = expression.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || !dayOfMonth || !dayOfWeek) throw new Error(`cron(${expression}) needs six fields`);
  if ((dayOfMonth === '?') === (dayOfWeek === '?'))
    throw new Error(`cron(${expression}) needs ? for exactly one of day-of-month and day-of-week`);
  const shifted = dayOfWeek.replaceAll(/(?<![#/\d])[1-7](?!\d)/g, (day) => String(Number(day) - 1));
  return ['0', minute, hour, dayOfMonth.replace('?', '*'), month, shifted.replace('?', '*'), year].join(' ');
}

export interface ScheduleTimer {
  readonly next: Date | undefined;
  stop(): void;
}

/** Checks the expression; `start` fires at each time it names. */
export function readSchedule(expression: string, zone = 'UTC'): { start(fire: (at: Date) => void): ScheduleTimer } {
  const [, kind, body = ''] = /^(rate|cron|at)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'cron' || kind === 'at') {
    const pattern = kind === 'cron' ? toCronPattern(body) : body;
    // Made once here, so that a wrong expression is found at the start.
    new Cron(pattern, { timezone: zone, paused: true }).stop();
    return {
      start(fire) {
        const job = new Cron(pattern, { timezone: zone }, () => fire(new Date()));
        return { next: job.nextRun() ?? undefined, stop: () => job.stop() };
      },
    };
  }
  const [, count, unit] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(body) ?? [];
  const everyMs = Number(count) * (units[unit ?? ''] ?? Number.NaN);
  if (kind !== 'rate' || !Number.isFinite(everyMs))
    throw new Error(`the schedule expression ${expression} is not known`);
  return { start: (fire) => startRate(everyMs, fire) };
}

function startRate(everyMs: number, fire: (at: Date) => void): ScheduleTimer {
  let next = Date.now() + everyMs;
  let timer: NodeJS.Timeout;
  const arm = () => {
    timer = setTimeout(
      () => {
        if (Date.now() >= next) {
          next += everyMs;
          fire(new Date());
        }
        arm();
      },
      Math.min(timerLimitMs, Math.max(0, next - Date.now())),
    );
    timer.unref();
  };
  arm();
  return { next: new Date(next), stop: () => clearTimeout(timer) };
}
