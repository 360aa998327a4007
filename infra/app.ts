/** The whole deployment: one platform stack and one stack per service. */
import { App } from 'aws-cdk-lib';
import { ringAlarms } from './alarms.ts';
import { monthlyBudget } from './budgets.ts';
import { deploymentConfig } from './config.ts';
import { drawDashboards } from './dashboards.ts';
import { checkWithNag } from './nag.ts';
import { AdminStack } from './stacks/admin.ts';
import { AnalyticsStack } from './stacks/analytics.ts';
import { BillingStack } from './stacks/billing.ts';
import { CatalogStack } from './stacks/catalog.ts';
import { CreditsStack } from './stacks/credits.ts';
import { GenerationStack } from './stacks/generation.ts';
import { IdentityStack } from './stacks/identity.ts';
import { NotificationsStack } from './stacks/notifications.ts';
import { PlatformStack } from './stacks/platform.ts';
import { ReferenceStack } from './stacks/reference.ts';
import { WebhooksStack } from './stacks/webhooks.ts';

const app = new App();
const config = deploymentConfig(app);
const { env } = config;

const platform = new PlatformStack(app, 'TesseraPlatform', { config, env });
const identity = new IdentityStack(app, 'TesseraIdentity', { platform, env });
const services = { platform, identity, env };
new CatalogStack(app, 'TesseraCatalog', services);
const credits = new CreditsStack(app, 'TesseraCredits', services);
new GenerationStack(app, 'TesseraGeneration', { ...services, credits });
new BillingStack(app, 'TesseraBilling', services);
new NotificationsStack(app, 'TesseraNotifications', services);
new WebhooksStack(app, 'TesseraWebhooks', services);
new ReferenceStack(app, 'TesseraReference', { identity, env });
new AdminStack(app, 'TesseraAdmin', services);
new AnalyticsStack(app, 'TesseraAnalytics', { platform, env });

ringAlarms(app, platform, config.alarmEmail);
drawDashboards(app, platform);
monthlyBudget(platform, config);
checkWithNag(app);
app.synth();
