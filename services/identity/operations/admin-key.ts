/** Mints an admin key for an app: `npm run admin-key -- <app>`. Shows the key once, and what to add to the secret. */
import { definitions } from '#apps';
import { maxKeysPerApp, mintAdminKey } from '#services/identity/admin-keys/admin-key.ts';

const [app, ...rest] = process.argv.slice(2);
const apps = definitions.map(({ id }) => id);

if (app === undefined || rest.length > 0 || !apps.includes(app)) {
  console.error(`Usage: npm run admin-key -- <app>\nApps: ${apps.join(', ')}`);
  process.exitCode = 1;
} else {
  const { key, id, hash } = mintAdminKey(app);
  console.log(`Admin key of ${app}, shown this once (send it as X-Admin-Key):

  ${key}

In the secret tessera/admin-keys, add its hash to the list of "${app}" (at most ${maxKeysPerApp}); it is good within ten seconds:

  { "${app}": ["${hash}"] }

Logs and the ledger call it ${id}. To revoke it, take the hash out: it is refused a minute later at the latest.`);
}
