/*
 * Verbs about cases and consent.  The fields below are the contract with the
 * command line; what is not named is ignored.
 *
 * CASE is the small number (integer) or the local reference (string).  GRANT
 * is the hex record id or at least its first 8 digits.  Times are ISO 8601.
 * A "no" has code CLI_NO and words; CLI_NOT_NOW: kept or nothing done, said in
 * the words; CLI_INPUT: the words name the field.
 *
 * worker-add   account, name, role, rights [worker lead advocate officer it];
 *              staff_number, team, uid (else the account's) optional
 *              -> account, pseudonym, state
 * worker-end   account                    -> account
 * worker-list                             -> workers [account, uid, role,
 *              team, rights [], pseudonym, state announced|waiting|ended]
 * stop         phrase                     -> nothing: words and code only;
 *              0 admitted, 1 no possible phrase, 4 not passed on yet
 * rehearse     phrase                     -> nothing: 0 possible, 1 not
 * cases        done (number of a task, marks it done) optional
 *              -> cases [case, reference, custodian, ours, state
 *              open|frozen|closed, checked], tasks [task, case, at, kind,
 *              words]
 * conflict-checked  case                  -> exclusions [name, relation],
 *              suggested [account]: what the officer has to compare
 *              case, confirm true, excluded [account]  -> excluded [account]
 * case-open    reference, language (of the words, "en") optional
 *              -> case, reference, passphrase, stop, forced: shown once
 * consent      set (wayleave/consent-set/1), case unless the set has it,
 *              passphrase; optional introduction (wayleave/introduction/1:
 *              goes to whoever gets a grant of scope ID alone), waiver
 *              (account of the second worker), causing_harm [P1], own_line [],
 *              language
 *              dry_run true, no passphrase: -> lines [name, from, to, scopes,
 *              purpose, until, days, words]
 *              else -> grants [grant, from, to, state admitted|refused|
 *              waiting, rule], introductions [to], and stop, forced when the
 *              case had no phrases yet
 * consent-status  case  -> state, grants [grant, from, to, scopes, purpose,
 *              begins, until, state waiting|cooling|in-force|ended|expired|
 *              frozen, agrees], introductions [to, state waiting|sent]
 * case-renew   case     -> lines [grant, from, to, scopes, purpose, until,
 *              used, last]
 *              case, renew [GRANT..] or "all", asked_alone, safe_now, pressed,
 *              passphrase; optional days, method, waiver  -> as consent
 * withdraw     case, one of grant GRANT, member M (all arrows to and from it),
 *              all true; heard phone|in-person or passphrase (custodian only)
 *              -> withdrawn [grant, from, to, state]
 * resume       case, passphrase, language  -> stop, forced (new phrases)
 * phrases      case, passphrase, language  -> stop, forced
 * exclude      case, exclusions [name, relation]  -> introductions [to]
 * introduce    case; optional to [M..], introduction -> introductions [to]
 * case-close   case, reason optional       -> case
 * statement    case     -> text (plain, for reading aloud), reference, lines
 *              [at, what, from, to, scopes, grant, opened [role, at]]
 * mandated     case, to (member or kind), ground LB3|LB4|LB6, told yes|no,
 *              why threat-to-life|child-at-risk|court-order|legal-duty|
 *              adult-at-risk|other  -> entry
 */
#include "agent/api.h"
