/** Fields whose text is never written, whatever they hold and however deep they sit. */
const SECRET_FIELDS =
  /"([\w-]*(?:authorization|password|passwd|secret|token|cookie|api[_-]?key|private[_-]?key))":"(?:[^"\\]|\\.)*"/gi;
/** `scheme://user:password@host`, as in connection URLs and in the messages of drivers that quote them. */
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"'\\@]*:[^\s/"'\\]*@/gi;
const BEARER = /\b(bearer|basic) [\w.~+/=-]{8,}/gi;
/** Three base64url parts, the first of them a JSON object: a signed token, wherever it turns up. */
const JSON_WEB_TOKEN = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g;

/** Takes secrets out of a finished log line; the last thing before it is written, so that no field is forgotten. */
export function scrub(line: string): string {
  return line
    .replace(SECRET_FIELDS, '"$1":"[redacted]"')
    .replace(URL_CREDENTIALS, '$1[redacted]@')
    .replace(BEARER, '$1 [redacted]')
    .replace(JSON_WEB_TOKEN, '[redacted]');
}
