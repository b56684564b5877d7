/** Why a message is no event of ours; each is the `reason` of its dead letter. */
export type UnreadableReason =
  'NotJson' | 'UnknownType' | 'WrongSchema' | 'WrongEnvelope' | 'Tombstone' | 'TooLarge';

/** A message that telling again cannot mend. */
export class UnreadableMessage extends Error {
  constructor(
    readonly reason: UnreadableReason,
    message: string,
  ) {
    super(message);
    this.name = reason;
  }
}
