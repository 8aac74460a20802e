export { base64url, bytesOfBase64url } from './bytes.js';
export { type Code, type CodeKind, type PassCode, type PrintedCode, type ScreenCode } from './code.js';
export {
  borderOf,
  type Pass,
  type RotatingCode,
  rotatingCode,
  type RotatingPassCode,
  rotatingScreenCode,
  type Screen,
  STEP_SECONDS,
  stepAt,
  stepNear,
} from './rotating-code.js';
export { KEY_BYTES, passReference, sameBytes, signatureOf, typedSignatureOf } from './signature.js';
export { type MalformedCode, type ReadCode, readCode, signedCode } from './text-of-code.js';
export type { TypedCode } from './typed-code.js';
