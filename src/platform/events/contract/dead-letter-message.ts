const text = (description: string) => ({ type: 'string', description });
const number = (description: string) => ({ type: 'string', pattern: '^[0-9]+$', description });

/** Why and from where; the dead message's own headers, whatever they were, stay beside them. */
const deadLetterHeaders = {
  type: 'object',
  properties: {
    dlq_consumer: text('who could not take it'),
    dlq_reason: text('name of the error, stable enough to count by'),
    dlq_error: text('the error itself'),
    dlq_tries: number('how often it was tried'),
    dlq_source_topic: text('where it lay, if a topic brought it'),
    dlq_source_partition: number('where it lay, if a topic brought it'),
    dlq_source_offset: number('where it lay, if a topic brought it'),
    dlq_died_at: { type: 'string', format: 'date-time', description: 'when it was set aside' },
  },
  required: ['dlq_consumer', 'dlq_reason', 'dlq_error', 'dlq_tries', 'dlq_died_at'],
};

/** A message that a consumer of the shop itself could not take; it may be anything, not JSON included. */
export const deadLetterMessage = {
  name: 'dead-letter',
  title: 'Dead letter',
  summary: 'A message that one of the shop’s own consumers could not take, after its last try.',
  contentType: 'application/octet-stream',
  headers: deadLetterHeaders,
  payload: { description: 'the first 64 kB of the message as it was; empty for one without a value' },
  bindings: {
    kafka: { key: { type: 'string', description: 'key of the message as it was' }, bindingVersion: '0.5.0' },
  },
};
