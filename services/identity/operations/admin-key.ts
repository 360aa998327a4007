/** Mints a key: `npm run admin-key -- <app>` for an app's admins, `npm run admin-key -- --operator` for the deployment's operators. Shows it once, and what to add to the secret. */
import { definitions } from '#apps';
import { maxKeysPerApp, mintAdminKey, mintOperatorKey } from '#services/identity/admin-keys/admin-key.ts';
import { wholeDeployment } from '#shared/owner.ts';

const [of, ...rest] = process.argv.slice(2);
const apps = definitions.map(({ id }) => id);
const isOperator = of === '--operator';

if (of === undefined || rest.length > 0 || !(isOperator || apps.includes(of))) {
  console.error(`Usage: npm run admin-key -- <app>        a key for the app's admins and servers
       npm run admin-key -- --operator   a key for who runs the deployment: queues, dead letters
Apps: ${apps.join(', ')}`);
  process.exitCode = 1;
} else {
  const name = isOperator ? wholeDeployment : of;
  const { key, id, hash } = isOperator ? mintOperatorKey() : mintAdminKey(of);
  console.log(`${isOperator ? 'Operator key' : `Admin key of ${of}`}, shown this once (send it as X-Admin-Key):

  ${key}

In the secret tessera/admin-keys, add its hash to the list of "${name}" (at most ${maxKeysPerApp}); it is good within ten seconds:

  { "${name}": ["${hash}"] }

Logs and the ledger call it ${id}. To revoke it, take the hash out: it is refused a minute later at the latest.`);
}
