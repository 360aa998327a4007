/** Runs and payments: the history that users find again in their library and among their payments. */
import { access, constants, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { paymentStream } from '#services/billing/domain/payment-state.ts';
import {
  type ImportBillingDeps,
  importedPaymentId,
  importPayment,
} from '#services/billing/operations/import-payment.ts';
import { jobStream } from '#services/generation/domain/job.ts';
import {
  type ImportedFile,
  type ImportJobDeps,
  importedJobId,
  importJob,
} from '#services/generation/operations/import-job.ts';
import { ProviderError } from '#services/generation/providers/provider.ts';
import type { FileFacts, JobFacts, PaymentFacts } from '../facts.ts';
import { different, inPool, missing, refused, type Step, there } from './step.ts';

export interface JobStepDeps {
  readonly app: string;
  readonly job: ImportJobDeps;
  /** The folder of all exported files; absent: runs come without theirs. */
  readonly folder: string | undefined;
}

/** Below the folder, wherever a row points. */
const placeOf = (folder: string, path: string): string | undefined => {
  const place = join(resolve(folder), path);
  return place.startsWith(resolve(folder) + sep) ? place : undefined;
};

const isReadable = (file: string): Promise<boolean> =>
  Promise.all([stat(file), access(file, constants.R_OK)]).then(
    ([found]) => found.isFile(),
    () => false,
  );

/** What a file of this machine may come to while it is read; of a place that does not answer there are other codes. */
const ofFiles = new Set(['EISDIR', 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EIO', 'ELOOP', 'ENAMETOOLONG', 'ESTALE']);

const isOfFile = (error: unknown): error is Error =>
  error instanceof Error && 'syscall' in error && 'code' in error && ofFiles.has(String(error.code));

/** Files as they lie on this machine, or the path of one that is not there, or is no file. */
const filesOf = async (files: readonly FileFacts[], folder: string | undefined): Promise<ImportedFile[] | string> => {
  const found: ImportedFile[] = [];
  for (const file of files) {
    if ('value' in file) {
      found.push(file);
      continue;
    }
    if (folder === undefined) continue;
    const place = placeOf(folder, file.path);
    if (place === undefined || !(await isReadable(place))) return file.path;
    found.push({ kind: file.kind, file: place, title: file.title });
  }
  return found;
};

const importOne = async ({ app, job, folder }: JobStepDeps, facts: JobFacts) => {
  const { user, files: named, favourite, ...told } = facts;
  const owner = { app, user };
  const files = await filesOf(named, folder);
  if (typeof files === 'string') return refused(`the file ${files} is not in ${folder}`);
  const marked = favourite === true ? { favourite: true as const } : {};
  try {
    return { status: await importJob(job, { ...told, ...marked, owner, files }) };
  } catch (error) {
    // By its content, as whatever a provider makes is refused.
    if (error instanceof ProviderError)
      return refused(`a file is not what it should be: ${String(error.cause ?? error.message)}`);
    if (isOfFile(error)) return refused(`a file cannot be read: ${error.message}`);
    throw error;
  }
};

export const jobStep = (deps: JobStepDeps): Step<JobFacts> => ({
  write: (rows) => inPool(rows, (facts) => importOne(deps, facts)),
  compare: (rows) =>
    inPool(rows, async ({ user, oldId }) => {
      const owner = { app: deps.app, user };
      return (await deps.job.isThere(jobStream(owner, importedJobId(owner, oldId)))) ? there : missing;
    }),
});

const paymentOf = async (app: string, { references }: ImportBillingDeps, facts: PaymentFacts) => {
  const { user, customer, at, name, status, ...told } = facts;
  const owner =
    user === undefined && customer !== undefined
      ? (await references.find(app, 'stripe', customer))?.owner
      : { app, user: user ?? '' };
  if (!owner?.user) return undefined;
  const paid = status === 'captured' ? { capturedAt: at } : {};
  return { ...told, ...paid, owner, name, status, item: 'imported', credits: 0, requestedAt: at };
};

const unknownCustomer = ({ customer }: PaymentFacts): string =>
  `nobody here is ${customer} at Stripe: bring the users first`;

export const paymentStep = (app: string, deps: ImportBillingDeps): Step<PaymentFacts> => ({
  write: (rows) =>
    inPool(rows, async (facts) => {
      const payment = await paymentOf(app, deps, facts);
      return payment ? importPayment(deps, payment) : refused(unknownCustomer(facts));
    }),
  compare: (rows) =>
    inPool(rows, async (facts) => {
      const payment = await paymentOf(app, deps, facts);
      if (!payment) return different(unknownCustomer(facts));
      return (await deps.isThere(paymentStream(payment.owner, importedPaymentId(payment)))) ? there : missing;
    }),
});
