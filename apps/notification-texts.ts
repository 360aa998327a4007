/**
 * What users are told in their inbox, in the languages that apps have. `{name}` stands for a parameter of the notification; where it
 * has a `name_key`, for the text of that key.
 */
import { notificationTexts } from './build.ts';

export const english = notificationTexts({
  generation_completed: ['It is ready', '{tool} has a result for you.'],
  generation_failed: ['That did not work', '{tool} came to no result. It cost you nothing; try it again.'],
  generation_blocked: ['Not allowed', '{tool} refused the content. It cost you nothing; try something else.'],
  credits_bought: ['Credits added', 'You have {credits} more credits, {available} in all.'],
  credits_given: ['Credits for you', 'We gave you {credits} credits. You have {available} in all.'],
  low_balance: ['Few credits left', 'You have {available} credits left, fewer than {below}.'],
  payment_failed: ['Payment failed', 'Your payment for {item_name} did not go through.'],
  payment_retried: ['Payment failed', 'Your payment for {item_name} did not go through. We try again on {date}.'],
  payment_action_required: ['Confirm your payment', 'Your bank wants you to confirm the payment for {item_name}.'],
  payment_refunded: ['Refund on its way', 'Your payment for {item_name} is being refunded.'],
  top_up_failed: ['Automatic top-up failed', 'Your card was not charged for {item_name}. Check your way of paying.'],
  dispute_opened: [
    'Payment disputed',
    'Your bank took back the payment for {item_name}, and {credits} credits with it.',
  ],
  dispute_won: ['Dispute settled', 'The payment for {item_name} stands. You have its {credits} credits again.'],
  dispute_lost: ['Dispute settled', 'Your bank returned the payment for {item_name} to you. Its credits are gone.'],
  subscription_ending: ['Your plan ends', '{plan_name} ends on {date}. Until then you can keep it.'],
  subscription_overdue: ['Payment overdue', 'Pay for {plan_name} by {date} to keep it.'],
  trial_ending: ['Your trial ends', '{plan_name} is free until {date}. After that it is charged.'],
});

export const arabic = notificationTexts({
  generation_completed: ['النتيجة جاهزة', 'لديك نتيجة جديدة من {tool}.'],
  generation_failed: ['لم ينجح الأمر', 'لم يصل {tool} إلى نتيجة، ولم يُخصم منك شيء. حاول مرة أخرى.'],
  generation_blocked: ['محتوى غير مسموح', 'رفض {tool} هذا المحتوى، ولم يُخصم منك شيء. جرّب شيئًا آخر.'],
  credits_bought: ['أُضيف الرصيد', 'أُضيف إلى رصيدك {credits}، وأصبح مجموعه {available}.'],
  credits_given: ['رصيد هدية لك', 'منحناك {credits} من الرصيد، وأصبح مجموعه {available}.'],
  low_balance: ['رصيدك منخفض', 'بقي في رصيدك {available}، أي أقل من {below}.'],
  payment_failed: ['فشل الدفع', 'لم تتم عملية الدفع مقابل {item_name}.'],
  payment_retried: ['فشل الدفع', 'لم تتم عملية الدفع مقابل {item_name}. سنحاول مجددًا في {date}.'],
  payment_action_required: ['أكّد عملية الدفع', 'يطلب منك مصرفك تأكيد الدفع مقابل {item_name}.'],
  payment_refunded: ['المبلغ في طريقه إليك', 'نعيد إليك ما دفعته مقابل {item_name}.'],
  top_up_failed: ['فشلت التعبئة التلقائية', 'لم نتمكن من الخصم من بطاقتك مقابل {item_name}. راجع وسيلة الدفع.'],
  dispute_opened: ['اعتراض على الدفع', 'استعاد مصرفك ما دُفع مقابل {item_name}، وخُصم من رصيدك {credits}.'],
  dispute_won: ['انتهى الاعتراض', 'ثبتت عملية الدفع مقابل {item_name}، وعاد إليك رصيدها {credits}.'],
  dispute_lost: ['انتهى الاعتراض', 'أعاد إليك مصرفك ما دفعته مقابل {item_name}، ولم يعد رصيدها متاحًا.'],
  subscription_ending: ['خطتك على وشك الانتهاء', 'تنتهي {plan_name} في {date}. وحتى ذلك الحين يمكنك الاحتفاظ بها.'],
  subscription_overdue: ['دفعة متأخرة', 'ادفع مقابل {plan_name} قبل {date} لتحتفظ بها.'],
  trial_ending: ['تنتهي الفترة التجريبية', 'خطة {plan_name} مجانية حتى {date}، ثم يبدأ الدفع.'],
});
