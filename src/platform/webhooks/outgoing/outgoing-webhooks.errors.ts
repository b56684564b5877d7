import { DomainError } from '../../errors/domain-error.js';
import { declareProblem } from '../../errors/problems.js';
import type { WebhookDeliveryStatus } from './webhook-delivery-status.js';

export class WebhookEndpointNotFound extends DomainError {
  constructor() {
    super('not-found', 'webhook-endpoint-not-found', 'there is no such webhook endpoint');
  }
}

export class WebhookDeliveryNotFound extends DomainError {
  constructor() {
    super('not-found', 'webhook-delivery-not-found', 'there is no such webhook delivery');
  }
}

/** One sentence for whatever the name leads to: who asks learns nothing of our networks. Not final, since a name may lead elsewhere by the next try. */
export class WebhookUrlRefused extends DomainError {
  constructor(reason: string) {
    super('rule', 'webhook-url-refused', `the url ${reason}`, {
      final: false,
      errors: [{ pointer: '#/url', code: 'webhook-url-refused', message: reason }],
    });
  }
}

/** Not final: it is found before anything is begun, so a mistyped name may be put right under the same key. */
export class EventTypeUnknown extends DomainError {
  constructor(types: readonly string[]) {
    super('rule', 'event-type-unknown', `no event is called ${types.join(', ')}`, {
      final: false,
      extensions: { types },
    });
  }
}

/** The move is not in the table, or another move came first. */
export class WebhookDeliveryStateConflict extends DomainError {
  constructor(currentState: WebhookDeliveryStatus, wanted: string) {
    super(
      'conflict',
      'webhook-delivery-state',
      `a webhook delivery that is ${currentState} cannot be ${wanted}`,
      {
        extensions: { currentState },
      },
    );
  }
}

declareProblem(
  'webhook-endpoint-not-found',
  'not-found',
  'Webhook endpoint not found',
  'There is no webhook endpoint with this id; it may have been deleted.',
);
declareProblem(
  'webhook-delivery-not-found',
  'not-found',
  'Webhook delivery not found',
  'There is no webhook delivery with this id; finished ones are forgotten after a time.',
);
declareProblem(
  'webhook-url-refused',
  'rule',
  'Webhook URL refused',
  'An endpoint is an https URL on port 443 or 8443, without user, password and fragment, whose host has public addresses only.',
);
declareProblem(
  'event-type-unknown',
  'rule',
  'Event type unknown',
  '`types` names events of the catalogue; leave it out to be told of all.',
);
declareProblem(
  'webhook-delivery-state',
  'conflict',
  'Not in this state',
  '`currentState` says how the delivery stands: what is pending can be skipped, anything else can be delivered again.',
);
