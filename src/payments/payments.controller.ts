import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentGrant, CurrentOwner, Permission } from '../platform/auth/index.js';
import type { Grant } from '../platform/auth/permissions.js';
import type { Owner } from '../platform/auth/principal.js';
import type { Answer } from '../platform/http/answer.js';
import { ApiAnswer, ApiProblem, idSchema } from '../platform/http/index.js';
import { ClaimKey, Idempotency, Idempotent, type IdempotentRequest } from '../platform/idempotency/index.js';
import { PaymentCommands } from './payment-commands.service.js';
import { PaymentReader } from './payment-reader.service.js';
import * as schemas from './payments.schemas.js';

@ApiTags('payments')
@Controller('payments')
export class PaymentsController {
  constructor(
    private readonly reader: PaymentReader,
    private readonly commands: PaymentCommands,
    private readonly idempotency: Idempotency,
  ) {}

  @ApiOperation({
    operationId: 'readPayment',
    summary: 'Read one attempt to pay, with every movement of its money',
  })
  @Get(':id')
  @Permission('payments:read', { own: true })
  @ApiAnswer(200, schemas.paymentView)
  @ApiProblem('payment-not-found')
  show(@Param('id', { schema: idSchema }) id: string, @CurrentOwner() owner: Owner): Promise<Answer> {
    return this.reader.show(id, owner);
  }

  @ApiOperation({
    operationId: 'capturePayment',
    summary: 'Take authorized money',
    description: 'All of it where no amount is named. With `invoice` it records that the money came.',
  })
  @Post(':id/captures')
  @Permission('payments:capture')
  @Idempotent({ required: true, keptDays: 30 })
  @ApiAnswer(201, schemas.paymentView, 'captured, or on its way')
  @ApiAnswer(202, schemas.paymentView, 'the provider has not answered; the outcome is at Location')
  @ApiProblem('payment-not-found', 'capture-not-possible', 'capture-refused')
  capture(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.captureRequest }) body: schemas.CaptureRequest,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.commands.capture(id, body));
  }

  @ApiOperation({ operationId: 'voidPayment', summary: 'Release what is authorized and not captured' })
  @Post(':id/voids')
  @Permission('payments:void')
  @Idempotent({ required: true, keptDays: 30 })
  @ApiAnswer(201, schemas.paymentView, 'voided, or on its way')
  @ApiAnswer(202, schemas.paymentView, 'the provider has not answered; the outcome is at Location')
  @ApiProblem('payment-not-found', 'void-not-possible', 'void-refused')
  void(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.voidRequest }) _body: object,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.commands.void(id));
  }

  @ApiOperation({ operationId: 'refundPayment', summary: 'Give captured money back, in part and repeatedly' })
  @Post(':id/refunds')
  @Permission('payments:refund')
  @Idempotent({ required: true, keptDays: 30 })
  @ApiAnswer(201, schemas.paymentView, 'refunded, or on its way')
  @ApiAnswer(202, schemas.paymentView, 'the provider has not answered; the outcome is at Location')
  @ApiProblem(
    'payment-not-found',
    'refund-not-possible',
    'refund-refused',
    'refund-reference-used',
    'refund-above-limit',
  )
  refund(
    @ClaimKey() claim: IdempotentRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: schemas.refundRequest }) body: schemas.RefundRequest,
    @CurrentGrant() grant: Grant,
  ): Promise<Answer> {
    return this.idempotency.run(claim, () => this.commands.refund(id, body, grant));
  }
}
