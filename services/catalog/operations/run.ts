/** The operators' commands over offers: `diff`, `publish`, `history`, `rollback`. */
import { randomUUID } from 'node:crypto';
import { definitions } from '#apps';
import { explain } from '#shared/operations/explain.ts';
import { OperatorError } from '#shared/operations/operator-error.ts';
import type { Output } from '#shared/operations/output.ts';
import { runCommand } from '#shared/operations/run-command.ts';
import { changeOffer } from '../change-offer.ts';
import { type AppOffer, offerOf } from '../contracts.ts';
import {
  newestVersion,
  newOffer,
  type OfferRecord,
  type OfferVersion,
  offerHandler,
  versionOf,
} from '../current-offers.ts';
import type { AnyOffer } from '../domain/changed-paths.ts';
import { offerStream, seedFate } from '../domain/offer.ts';
import { digestOf } from '../offer-json.ts';
import { changesOf, versionFields } from '../version-view.ts';
import { connect, type Offers } from './connect.ts';
import { type Difference, differenceLines, differences } from './differences.ts';
import { type CatalogOptions, readOptions, usage } from './options.ts';

/** For the history: who it was. */
export interface Operator {
  readonly name: string;
  /** ISO-8601 UTC. */
  readonly now: () => string;
}

type Options<Command extends CatalogOptions['command']> = Extract<CatalogOptions, { readonly command: Command }>;

const fileOf = (app: string): AppOffer => {
  const found = definitions.find(({ id }) => id === app);
  if (found) return offerOf(found);
  throw new OperatorError(`there is no app "${app}": ${definitions.map(({ id }) => id).join(', ')}`);
};

const moment = (at: string): string => at.slice(0, 19).replace('T', ' ');
const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const isSuperseded = (current: OfferVersion | undefined, file: AppOffer): boolean =>
  current !== undefined && seedFate(current.state, digestOf(file)) === 'superseded';

const servedLine = (app: string, current: OfferVersion | undefined): string => {
  if (!current) return `${app}: nothing is there yet; the first request will apply the file`;
  const { version, record, state } = current;
  const followed = isSuperseded(current, fileOf(app))
    ? 'this file was replaced by another one: it is not applied again until it is published'
    : 'follows its file';
  const files = state.edited ? 'edited: new files wait until they are published' : followed;
  return `${app}: version ${version} of ${moment(record.at)} by ${record.meta.actor}; ${files}`;
};

const printDifferences = (found: readonly Difference[], output: Output): void => {
  for (const line of differenceLines(found)) output.print(line);
  output.print(found.length === 0 ? 'No difference.' : `${count(found.length, 'difference')}.`);
};

const diff = async ({ store }: Offers, { app, json }: Options<'diff'>, output: Output): Promise<number> => {
  const file = fileOf(app);
  const current = await newestVersion(store, app);
  const found = differences(current?.offer ?? {}, file);
  if (json) {
    const { version = 0, state } = current ?? {};
    const told = { app, version, edited: state?.edited ?? false, superseded: isSuperseded(current, file) };
    output.print(JSON.stringify({ ...told, differences: found }, undefined, 2));
  } else {
    output.print(servedLine(app, current));
    printDifferences(found, output);
  }
  return found.length === 0 ? 0 : 1;
};

/** As the admins' route has it. */
const versionRow = (record: OfferRecord) => ({ ...versionFields(record), ...changesOf(record) });

const whatBecame = ({ seeded, set_aside, rolled_back_to }: ReturnType<typeof versionRow>): string => {
  if (seeded) return 'its file';
  if (set_aside) return 'a new file was set aside';
  return rolled_back_to === null ? 'a change' : `back to version ${rolled_back_to}`;
};

const history = async (
  { store, place }: Offers,
  { app, last, json }: Options<'history'>,
  output: Output,
): Promise<number> => {
  const records = await store.read(offerStream(app), { direction: 'backward', limit: last });
  if (records.length === 0) throw new OperatorError(`${app} has no offer in ${place} yet`);
  const rows = records.map(versionRow);
  if (json) {
    output.print(JSON.stringify(rows, undefined, 2));
    return 0;
  }
  for (const row of rows) {
    const { version, at, actor, reason, changed, truncated } = row;
    const why = reason === null ? '' : ` (${reason})`;
    output.print(`${String(version).padStart(5)}  ${moment(at)}  ${actor}: ${whatBecame(row)}${why}`);
    const paths = changed.slice(0, 5).join(', ');
    const more = changed.length > 5 ? `, ${changed.length - 5}${truncated ? ' and more' : ''} more` : '';
    if (version > 1 && paths !== '') output.print(`       ${paths}${more}`);
  }
  return 0;
};

type Act = Options<'publish'> | Options<'rollback'>;

interface Replacement {
  readonly current: OfferVersion;
  readonly offer: AnyOffer;
  readonly rolledBackTo?: number;
  readonly publishes?: true;
}

/** Shows what an offer in the served one's place would change; with --yes it takes the place. */
const replace = async (
  { store }: Offers,
  { app, yes, reason }: Act,
  { current, offer, rolledBackTo, publishes }: Replacement,
  output: Output,
  { name, now }: Operator,
): Promise<number> => {
  const found = differences(current.offer, offer);
  output.print(servedLine(app, current));
  printDifferences(found, output);
  // An edited offer that says what the file says is published all the same: the next files are applied again.
  if (found.length === 0 && !(publishes && current.state.edited)) return 0;
  if (!yes) {
    output.print('Nothing was changed: --yes does it.');
    return 1;
  }
  const done = await changeOffer({ handle: offerHandler(store) })({
    app,
    current,
    expectedVersion: current.version,
    edited: { offer, place: [] },
    reason,
    rolledBackTo,
    publishes,
    dryRun: false,
    at: now(),
    meta: { actor: `operator:${name}`, correlationId: `catalog-${randomUUID()}` },
  });
  if ('rejection' in done)
    throw new OperatorError(
      done.rejection === 'version-stale'
        ? 'somebody changed it meanwhile: look again'
        : `${done.rejection}: ${done.detail}`,
    );
  output.print(`Version ${done.version} is served: by every process within a second, by other services within five.`);
  return 0;
};

/** The file where nothing is yet: what the first request would do. */
const seed = async ({ store }: Offers, app: string, file: AppOffer, output: Output, { name, now }: Operator) => {
  const command = { type: 'SeedOffer', ...newOffer(undefined, file, now()) } as const;
  const meta = { actor: `operator:${name}`, correlationId: `catalog-${randomUUID()}` };
  const handled = await offerHandler(store)(offerStream(app), command, meta);
  if (!handled.accepted) throw new OperatorError(`the file was not applied: ${handled.rejection}`);
  output.print(`Version ${handled.version} is served.`);
  return 0;
};

const publish = async (offers: Offers, options: Options<'publish'>, output: Output, operator: Operator) => {
  const file = fileOf(options.app);
  const current = await newestVersion(offers.store, options.app);
  if (current) return replace(offers, options, { current, offer: file, publishes: true }, output, operator);
  output.print(servedLine(options.app, current));
  if (options.yes) return seed(offers, options.app, file, output, operator);
  output.print('Nothing was changed: --yes does it.');
  return 1;
};

const rollBack = async (offers: Offers, options: Options<'rollback'>, output: Output, operator: Operator) => {
  const { app, version } = options;
  const current = await newestVersion(offers.store, app);
  const [record] = await offers.store.read(offerStream(app), { after: version - 1, limit: 1 });
  if (!current || !record) throw new OperatorError(`${app} has no version ${version} in ${offers.place}`);
  return replace(offers, options, { current, offer: versionOf(record).offer, rolledBackTo: version }, output, operator);
};

const perform = (
  offers: Offers,
  options: Exclude<CatalogOptions, { command: 'help' }>,
  output: Output,
  operator: Operator,
) => {
  switch (options.command) {
    case 'diff':
      return diff(offers, options, output);
    case 'history':
      return history(offers, options, output);
    case 'publish':
      return publish(offers, options, output, operator);
    case 'rollback':
      return rollBack(offers, options, output, operator);
  }
};

/** Runs one command. Answers the exit code: 0, 1 when there is a difference that was left, 2 when the command could not run. */
export const runCatalog = (args: readonly string[], output: Output, operator: Operator): Promise<number> =>
  runCommand(
    {
      name: 'catalog',
      usage,
      readOptions,
      connect: ({ where }: Exclude<CatalogOptions, { command: 'help' }>) => connect(where),
      perform: (offers, options) => perform(offers, options, output, operator),
      explain: (error, { place, table }) => explain(error, { place, tables: [table] }),
    },
    args,
    output,
  );
