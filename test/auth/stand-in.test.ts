import { startStack } from '../system/stack.ts';
import { describeAuth } from './auth.suite.ts';

describeAuth('the stand-in for Supabase Auth', async (secrets) => {
  const stack = await startStack({ hooks: true, secrets, refreshReuseSeconds: 0 });
  stack.auth.configure('flirt-studio', { confirmEmail: true });
  return {
    stack,
    open: { app: 'sparky', project: stack.auth.project('sparky') },
    confirming: { app: 'flirt-studio', project: stack.auth.project('flirt-studio') },
    stop: () => stack.close(),
  };
});
