import { allEvents } from '../events/index.js';

/** Full names of the topics that the catalogue's events go to. */
export function eventTopics(prefix: string): string[] {
  return [...new Set(allEvents().map(({ topic }) => topicName(prefix, topic)))].sort();
}

export const topicName = (prefix: string, topic: string): string => `${prefix}.${topic}`;

/** Where messages go that a consumer could not take. */
export const deadLetterTopic = (prefix: string): string => `${prefix}.dead-letters`;

/** One consumer group per room. */
export const groupName = (prefix: string, consumer: string): string => `${prefix}.${consumer}`;
