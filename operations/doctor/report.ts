/** What the doctor prints: a line for each check, and below it how to mend what is wrong. */
import { count } from '#shared/operations/columns.ts';
import type { Checked } from './check.ts';

const marks: Readonly<Record<Checked['status'], string>> = {
  ok: 'ok     ',
  warning: 'warning',
  failed: 'FAILED ',
  skipped: 'skipped',
};

export const checkedReport = (checked: Checked): string => {
  const line = `${marks[checked.status]}  ${checked.name}: ${checked.status === 'skipped' ? checked.why : checked.detail}`;
  if (checked.status === 'ok' || checked.status === 'skipped') return line;
  const { say, run = [] } = checked.remedy;
  return [line, `         → ${say}`, ...run.map((command) => `             ${command}`)].join('\n');
};

export const summary = (all: readonly Checked[]): string => {
  const of = (status: Checked['status']) => all.filter((checked) => checked.status === status).length;
  const parts = [
    `${of('ok')} ok`,
    count(of('warning'), 'warning'),
    `${of('failed')} failed`,
    `${of('skipped')} skipped`,
  ];
  return `\n${count(all.length, 'check')}: ${parts.join(', ')}`;
};
