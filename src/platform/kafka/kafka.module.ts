import { Global, Module } from '@nestjs/common';
import { ConsumerLag } from './consumer-lag.js';
import { GroupConsumers } from './group-consumers.js';
import { KafkaClient } from './kafka-client.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { KafkaServer } from './kafka.server.js';
import { TopicsKeeper } from './topics-keeper.js';
import { TopicsService } from './topics.service.js';

/** Connects to nothing by itself: where no brokers are configured, nothing of it is ever called. */
@Global()
@Module({
  providers: [
    KafkaClient,
    KafkaPublisher,
    TopicsService,
    TopicsKeeper,
    GroupConsumers,
    ConsumerLag,
    KafkaServer,
  ],
  exports: [KafkaPublisher, TopicsService],
})
export class KafkaModule {}
