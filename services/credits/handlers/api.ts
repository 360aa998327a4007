/** Credits' API function. */
import { apiFunction } from '#shared/http/api-function.ts';
import {
  accountList,
  accountStore,
  audit,
  catalog,
  dailyResets,
  history,
  logger,
  metrics,
  usageSums,
  useCounter,
  useReader,
} from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { problems } from '../problems.ts';
import { routes } from '../routes.ts';
import { apiHandlers } from './api-handlers.ts';

const store = accountStore();
const log = logger();

export const handler = apiFunction({
  routes,
  handlers: apiHandlers({
    store,
    handle: accountHandler(store),
    catalog: catalog(log),
    sumUsage: usageSums(),
    countUse: useCounter(),
    readUses: useReader(),
    accounts: accountList(),
    history: history(),
    sendReset: dailyResets(),
    logger: log,
  }),
  problems,
  logger: log,
  metrics: metrics(),
  audit: audit(),
});
