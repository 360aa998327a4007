/** Every route's handler, over what they all stand on. */
import type { Catalog } from '#services/catalog/contracts.ts';
import type { Handlers } from '#shared/http/route.ts';
import type { Logger } from '#shared/observability/logger.ts';
import type { CountUse, ReadUses } from '../allowances/use-counter.ts';
import type { SendReset } from '../daily-reset/messages.ts';
import type { AccountStore, HandleAccount } from '../handle-account.ts';
import type { CreditsRejection } from '../problems.ts';
import type { ListAccounts } from '../read-models/account-list.ts';
import type { ImportedHistory } from '../read-models/imported-history.ts';
import type { SumUsage } from '../read-models/usage-sums.ts';
import type { routes } from '../routes.ts';
import { readableCatalog } from './readable-catalog.ts';
import { getAccount, listAccounts } from './routes/admin/accounts.ts';
import { adjustCredits, changePlan, closeAccount } from './routes/admin/acts.ts';
import { startDailyReset } from './routes/admin/start-daily-reset.ts';
import { checkAllowance, listAllowances } from './routes/allowances.ts';
import { exportStatement } from './routes/export-statement.ts';
import { getCredits } from './routes/get-credits.ts';
import { getUsage } from './routes/get-usage.ts';
import { listAccountTransactions, listTransactions } from './routes/list-transactions.ts';
import { getAlert, getTopUp, setAlert, setTopUp } from './routes/settings.ts';

export interface ApiDependencies {
  readonly store: AccountStore;
  readonly handle: HandleAccount;
  readonly catalog: Catalog;
  readonly sumUsage: SumUsage;
  readonly countUse: CountUse;
  readonly readUses: ReadUses;
  readonly accounts: ListAccounts;
  readonly history: ImportedHistory;
  readonly sendReset: SendReset;
  readonly logger: Pick<Logger, 'info'>;
}

export const apiHandlers = (given: ApiDependencies): Handlers<typeof routes, CreditsRejection> => {
  const dependencies = { ...given, catalog: readableCatalog(given.catalog) };
  return {
    getCredits: getCredits(dependencies),
    listTransactions: listTransactions(dependencies),
    exportStatement: exportStatement(dependencies),
    getUsage: getUsage(dependencies),
    getAlert: getAlert(dependencies),
    setAlert: setAlert(dependencies),
    getTopUp: getTopUp(dependencies),
    setTopUp: setTopUp(dependencies),
    listAllowances: listAllowances(dependencies),
    checkAllowance: checkAllowance(dependencies),
    listAccounts: listAccounts(dependencies),
    getAccount: getAccount(dependencies),
    listAccountTransactions: listAccountTransactions(dependencies),
    adjustCredits: adjustCredits(dependencies),
    changePlan: changePlan(dependencies),
    closeAccount: closeAccount(dependencies),
    startDailyReset: startDailyReset(dependencies),
  };
};
