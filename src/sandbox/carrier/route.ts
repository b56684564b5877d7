/** One scan of the journey: the carrier's own code, and where the parcel is said to be. */
export interface Stop {
  code: string;
  place: string;
  description: string;
}

const onTheWay: readonly Stop[] = [
  { code: 'PICKED-UP', place: 'Warehouse', description: 'Picked up at the sender' },
  { code: 'AT-HUB', place: 'Birmingham', description: 'Sorted at the hub' },
  { code: 'ON-VAN', place: 'Depot', description: 'On the van' },
];

const arrival: Stop = { code: 'HANDED-OVER', place: 'Front door', description: 'Handed over' };

/** Journeys by the postal code they go to, so that a test or a demonstration can ask for trouble. */
const troubles: Readonly<Record<string, readonly Stop[]>> = {
  'SB1 0ST': [{ code: 'MISSING', place: 'Unknown', description: 'Cannot be found' }],
  'SB2 0BK': [
    { code: 'NOBODY-HOME', place: 'Front door', description: 'Nobody answered' },
    { code: 'GOING-BACK', place: 'Depot', description: 'On its way back' },
    { code: 'BACK-AT-SENDER', place: 'Warehouse', description: 'Back at the sender' },
  ],
};

export function routeTo(postalCode: string | undefined): readonly Stop[] {
  return [...onTheWay, ...(troubles[postalCode ?? ''] ?? [arrival])];
}
