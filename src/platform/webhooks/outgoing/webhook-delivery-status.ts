export const webhookDeliveryStatuses = ['pending', 'delivered', 'failed', 'skipped'] as const;
export type WebhookDeliveryStatus = (typeof webhookDeliveryStatuses)[number];

/** The legal moves. Back to `pending` is what redelivery does, also of what was delivered and lost on the other side. */
export const webhookDeliveryMoves: Readonly<Record<WebhookDeliveryStatus, readonly WebhookDeliveryStatus[]>> =
  {
    pending: ['delivered', 'failed', 'skipped'],
    delivered: ['pending'],
    failed: ['pending'],
    skipped: ['pending'],
  };

export function mayMove(from: WebhookDeliveryStatus, to: WebhookDeliveryStatus): boolean {
  return webhookDeliveryMoves[from].includes(to);
}

/** How a try ended. */
export const attemptResults = [
  'succeeded',
  /** The status was none of success. */
  'refused',
  /** 410: nobody wants to be told here any more. */
  'gone',
  /** A 3xx, which is not followed. */
  'redirected',
  'timeout',
  'unreachable',
  /** The name led to an address that is not public, or the protocol or port is none of ours. */
  'address-refused',
  /** No secret of the endpoint can be opened, since TOKEN_SECRET was replaced or the secret is damaged. */
  'unsigned',
  /** None was made: it stood behind others until it was too old. */
  'expired',
] as const;
export type AttemptResult = (typeof attemptResults)[number];

export function resultOf(status: number): AttemptResult {
  if (status >= 200 && status < 300) return 'succeeded';
  if (status >= 300 && status < 400) return 'redirected';
  return status === 410 ? 'gone' : 'refused';
}
