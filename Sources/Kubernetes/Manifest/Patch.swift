import Clockwork

/// Patches: what a client sends when it means to change a part of an object.
public enum Patch {
  /// Why a patch does not fit, as the status that the API server answers with.
  public struct Failure: Error, Equatable, Sendable {
    public var code: Int64
    public var reason: String
    public var text: String

    init(code: Int64, reason: String, text: String) {
      self.code = code
      self.reason = reason
      self.text = text
    }

    /// Whatever is wrong inside a JSON patch, the API server says no more than this.
    static let rejected = Failure(
      code: 422,
      reason: "Invalid",
      text: "the server rejected our request due to an error in our request"
    )

    static func badRequest(_ text: String) -> Failure { Failure(code: 400, reason: "BadRequest", text: text) }
  }

  /// The object that a patch makes of another one.
  public static func apply(
    _ patch: Value,
    _ kind: Request.PatchKind,
    to value: Value,
    kind object: Kind
  ) -> Result<Value, Failure> {
    do throws(Failure) {
      switch kind {
      case .merge: return .success(merge(patch, into: value))
      case .strategic: return .success(try StrategicMerge.apply(patch, to: value))
      case .json: return .success(try JSONPatch.apply(patch, to: value))
      }
    } catch {
      return .failure(error)
    }
  }

  /// JSON merge patch (RFC 7396): maps are merged, null removes, everything else replaces.
  public static func merge(_ patch: Value, into value: Value) -> Value {
    guard case .map(let changes) = patch else { return patch }
    var result: Value = value.entries == nil ? .emptyMap : value
    for change in changes {
      result[change.key] = change.value.isNull ? nil : merge(change.value, into: result[change.key] ?? .null)
    }
    return result
  }

  /// The strategic merge patch that turns one tree into another, as the kubelet's status manager computes it.
  public static func difference(from before: Value, to after: Value) -> Value {
    .map(StrategicDiff().maps(before.entries ?? [], after.entries ?? [])).sorted
  }

  /// What `kubectl apply` sends: changes against what stands there, removals against what was applied last.
  public static func threeWay(original: Value, modified: Value, current: Value) -> Value {
    let changes = StrategicDiff(ignoresDeletions: true).maps(current.entries ?? [], modified.entries ?? [])
    let deletions = StrategicDiff(ignoresChanges: true).maps(original.entries ?? [], modified.entries ?? [])
    return StrategicMerge.join(.map(changes), .map(deletions)).sorted
  }

  /// The top-level keys of the patch between two statuses, in order and joined by commas.
  public static func statusKeys(from before: PodStatus, to after: PodStatus) -> String {
    var out = ""
    for entry in difference(from: before.value, to: after.value).entries ?? [] {
      out += (out.isEmpty ? "" : ",") + entry.key
    }
    return out
  }
}
