export { connectEvents } from './connect-events.js';
export { KafkaModule } from './kafka.module.js';
export { KafkaPublisher } from './kafka-publisher.js';
export { TopicsService } from './topics.service.js';
