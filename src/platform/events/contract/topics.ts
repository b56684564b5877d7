import { topicDefaults } from '../../config/config.schema.js';
import type { Topic } from '../catalogue.js';

/** As many consumers of one group can share a topic; a key stays in its partition, so the number is for good. */
export const topicPartitions = topicDefaults.partitions;

/** A week for a consumer to come back; what is older is replayed from the shop's own store. */
export const topicRetentionMs = topicDefaults.retentionDays * 24 * 3600 * 1000;

/** Largest message that a topic takes. */
export const topicMessageBytes = 4 * 1024 * 1024;

/** What is on a topic, and what its key is. */
export const topicTexts: Readonly<Record<Topic, { title: string; text: string; key: string }>> = {
  carts: { title: 'Carts', text: 'From the first line to the checkout.', key: 'id of the cart' },
  orders: {
    title: 'Orders',
    text: 'What was ordered, and how it stands: confirmed, canceled, expired, completed.',
    key: 'id of the order',
  },
  payments: {
    title: 'Payments',
    text: 'Attempts to pay, and the money that each moved. The key is the order, so that all attempts for one order are in order.',
    key: 'id of the order',
  },
  deliveries: {
    title: 'Deliveries',
    text: 'Parcels, from the shelf to the doorstep. The key is the order, so that all parcels of one order are in order.',
    key: 'id of the order',
  },
  inventory: {
    title: 'Inventory',
    text: 'Items and the units on the shelf. The key is the SKU, so that an item and its stock are in order.',
    key: 'SKU',
  },
};
