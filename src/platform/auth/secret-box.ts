import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type TokenKey, TokenKeys } from './token-keys.js';

/** A secret as the database keeps it: worth nothing without the key, which the database does not have. */
export interface Sealed {
  sealed: Buffer;
  keyId: string;
}

const ivBytes = 12;
const tagBytes = 16;

/** Keeps secrets that must be read again, by AES-256-GCM under keys derived from TOKEN_SECRET; what need not be read is hashed instead. */
@Injectable()
export class SecretBox {
  constructor(private readonly keys: TokenKeys) {}

  /** Id of the key that seals now; what another one sealed is to be sealed anew. */
  get keyId(): string {
    return this.keys.current.id;
  }

  /** @param place where it is kept, such as the row's id: elsewhere it cannot be opened */
  seal(secret: string, place: string): Sealed {
    const key = this.keys.current;
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', derive(key), iv).setAAD(Buffer.from(place));
    const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return { sealed: Buffer.concat([iv, cipher.getAuthTag(), text]), keyId: key.id };
  }

  /** Undefined where the key was rotated out. @throws Error for what was tampered with or moved */
  open({ sealed, keyId }: Sealed, place: string): string | undefined {
    const key = this.keys.byId(keyId);
    if (!key) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', derive(key), sealed.subarray(0, ivBytes))
      .setAAD(Buffer.from(place))
      .setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]).toString();
  }
}

function derive(key: TokenKey): Buffer {
  return Buffer.from(hkdfSync('sha256', key.secret, '', 'shop secret box', 32));
}
