/** The function that generation invokes to hold credits: `holdRequest` in, `holdAnswer` out. */
import { accountStore, catalog, logger } from '../composition.ts';
import { accountHandler } from '../handle-account.ts';
import { holdCredits } from './hold-credits.ts';

const log = logger();

export const handler = holdCredits({ handle: accountHandler(accountStore()), catalog: catalog(log), logger: log });
