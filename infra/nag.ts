/** cdk-nag over every stack. A finding fails the synthesis; what is accepted is accepted with its reason, here or beside the construct it is about. */
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';

export const checkWithNag = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  Validations.of(app).acknowledge(
    {
      id: 'Serverless::Serverless-LambdaDLQ',
      reason:
        'No function is invoked asynchronously: callers wait, and streams and queues have dead-letter queues of their own.',
    },
    {
      id: 'Serverless::Serverless-LambdaTracing',
      reason:
        'Correlation ids in logs and events tell the same story; X-Ray costs 30 ms a cold start and is left to those who want it.',
    },
  );
};
