/**
 * A busy week of five apps: people sign up, run tools, buy, are refunded, dispute, and leave. Everything is decided by the services'
 * own deciders, so what the bus told and what the ledgers hold at the end belong together.
 */
import { definitions } from '#apps';
import { agendaFrom } from './agenda.ts';
import { jobLife } from './jobs.ts';
import { type Person, peopleOf, wire } from './people.ts';
import { purchaseLife } from './purchases.ts';
import { seeded } from './random.ts';
import { openTown, type Told, type Town } from './town.ts';

export interface Size {
  readonly users: number;
  readonly jobs: number;
  /** A small week has of everything only when more goes wrong. Default: 1. */
  readonly trouble?: number;
}

export const wholeWeek: Size = { users: 1_000, jobs: 20_000 };

/** Seven days of UTC. */
export const firstDay = '2026-11-09';
export const lastDay = '2026-11-15';
const start = `${firstDay}T00:00:00.000Z`;
const end = '2026-11-16T00:00:00.000Z';
const weekMs = Date.parse(end) - Date.parse(start);
const dayMs = weekMs / 7;

export const busyApps = definitions.filter(({ id }) => id !== 'sandbox-lab');

/** Whoever is refused lets somebody else try. */
const maxTries = 200;

export interface Week {
  /** In the order of its happening. */
  readonly told: readonly Told[];
  readonly states: Town['states'];
  /** Requests that credits refused. */
  readonly refusals: ReadonlyMap<string, number>;
}

export const busyWeek = async (seed: number, { users, jobs, trouble = 1 }: Size): Promise<Week> => {
  const agenda = agendaFrom(start, end);
  const random = seeded(seed);
  const town = openTown(agenda, random);
  const purchases = purchaseLife(town, trouble);
  const people = peopleOf(town);
  const run = jobLife(town);
  wire(town, purchases);
  const persons: Person[] = [];
  const refusals = new Map<string, number>();

  const request = async (number: number): Promise<void> => {
    for (let tries = 0; tries < maxTries; tries += 1) {
      // Few do most.
      const person = persons[Math.floor(persons.length * random.next() ** 2)];
      if (!person || person.hasLeft) continue;
      const answer = await run(person.definition, person.owner, number);
      if (answer.status === 'held') return;
      refusals.set(answer.rejection, (refusals.get(answer.rejection) ?? 0) + 1);
      const isShort = answer.rejection === 'credits-insufficient' || answer.rejection === 'daily-cap-reached';
      if (isShort && random.chance(0.03)) await purchases.buy(person.definition, person.owner);
    }
    throw new Error(`nobody could run a tool at ${agenda.now()}`);
  };

  for (let number = 0; number < users; number += 1) {
    // Two thirds come on the first day.
    const when = number * 3 < users * 2 ? random.next() * dayMs * 0.5 : random.next() * weekMs * 0.9;
    agenda.after(when, async () => void persons.push(people.signUp(random.pick(busyApps), number)));
  }
  for (let number = 0; number < jobs; number += 1)
    agenda.after(dayMs * 0.1 + random.next() * (weekMs - dayMs * 0.1), () => request(number));
  for (let day = 1; day < 7; day += 1)
    agenda.after(day * dayMs + 1_000, async () => {
      for (const person of persons) if (!person.hasLeft) await people.issue(person);
    });
  await agenda.run();
  return { told: town.told, states: town.states, refusals };
};
