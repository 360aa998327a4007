/** Credits' API function. */
import { catalog } from '#apps';
import { apiFunction } from '#shared/http/api-function.ts';
import { accountStore, logger, metrics } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { getCredits } from './routes/get-credits.ts';
import { listTransactions } from './routes/list-transactions.ts';

const store = accountStore();

export const handler = apiFunction({
  routes,
  handlers: {
    getCredits: getCredits({ store, handle: accountHandler(store), catalog }),
    listTransactions: listTransactions({ store }),
  },
  problems,
  logger: logger(),
  metrics: metrics(),
});
