/** A monthly budget for the whole AWS account, told by mail: at four fifths of it, and when the month is forecast to pass it. */
import type { Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { DeploymentConfig } from './config.ts';

/** @throws Error when there is a budget and nobody to tell. */
export const monthlyBudget = (
  platform: Stack,
  { monthlyBudgetUsd: amount, alarmEmail: address }: Pick<DeploymentConfig, 'monthlyBudgetUsd' | 'alarmEmail'>,
): void => {
  if (amount === undefined) return;
  if (address === undefined) throw new Error('context key "monthly_budget_usd" needs "alarm_email": whom to tell');
  const tell = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
    subscribers: [{ subscriptionType: 'EMAIL', address }],
  });
  new CfnBudget(platform, 'Budget', {
    budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount, unit: 'USD' } },
    notificationsWithSubscribers: [tell('ACTUAL', 80), tell('FORECASTED', 100)],
  });
};
