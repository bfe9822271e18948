import Clockwork
import Testing

@testable import Kubernetes

/// Deletion, finalizers and the garbage collector.
@Suite struct DeletionTests {
  private static func configMap(_ name: String, _ body: (inout ObjectMeta) -> Void = { _ in }) -> Object {
    var metadata = ObjectMeta(name: name, namespace: "default")
    body(&metadata)
    return Object(kind: .configMap, metadata: metadata, content: .opaque([]))
  }

  private static func post(_ object: Object, in bench: inout Bench) -> Object? {
    bench.send(bench.request(.create, object.key, .object(object)))?.object
  }

  @Test func aFinalizerHoldsAnObjectBack() {
    var bench = Bench()
    let key = ObjectKey(.configMap, "default", "held")
    _ = Self.post(Self.configMap("held") { $0.finalizers = ["demo/hold"] }, in: &bench)
    let marked = bench.send(bench.request(.delete, key, .delete(Deletion())))
    #expect(marked?.code == 200)
    #expect(bench.stored(key)?.metadata.deletionTimestamp != nil)
    let patch: Value = .map(("metadata", .map(("finalizers", .null))))
    #expect(bench.send(bench.request(.patch, key, .patch(.merge, patch)))?.code == 200)
    #expect(bench.stored(key) == nil)
    #expect(bench.log.contains("etcd delete /registry/configmaps/default/held"))
  }

  @Test func noFinalizerCanBeAddedAnyMore() {
    var bench = Bench()
    let key = ObjectKey(.configMap, "default", "held")
    _ = Self.post(Self.configMap("held") { $0.finalizers = ["demo/hold"] }, in: &bench)
    _ = bench.send(bench.request(.delete, key, .delete(Deletion())))
    let patch: Value = .map(("metadata", .map(("finalizers", .list(["demo/hold", "demo/more"])))))
    let answer = bench.send(bench.request(.patch, key, .patch(.merge, patch)))
    #expect(answer?.code == 422)
    #expect(answer?.message.contains("no new finalizers can be added if the object is being deleted") == true)
  }

  @Test func aPolicyBecomesAFinalizer() {
    var bench = Bench()
    let key = ObjectKey(.configMap, "default", "owner")
    _ = Self.post(Self.configMap("owner"), in: &bench)
    _ = bench.send(bench.request(.delete, key, .delete(Deletion(propagation: .foreground))))
    #expect(bench.stored(key)?.metadata.finalizers == ["foregroundDeletion"])
    _ = bench.send(bench.request(.delete, key, .delete(Deletion(propagation: .background))))
    #expect(bench.stored(key) == nil)
  }

  @Test func onlyTheObjectThatIsMeantGoes() {
    var bench = Bench()
    let key = ObjectKey(.configMap, "default", "one")
    let uid = Self.post(Self.configMap("one"), in: &bench)?.uid ?? ""
    let answer = bench.send(bench.request(.delete, key, .delete(Deletion(uid: "other"))))
    #expect(answer?.code == 409)
    #expect(
      answer?.message
        == "Operation cannot be fulfilled on configmaps \"one\": the UID in the precondition (other) does not match the "
        + "UID in record (\(uid)). The object might have been deleted and then recreated"
    )
    #expect(bench.send(bench.request(.delete, key, .delete(Deletion(uid: uid))))?.code == 200)
  }

  @Test func aPatchThatNamesAnOldRevisionIsAConflict() {
    var bench = Bench()
    let key = ObjectKey(.configMap, "default", "one")
    let revision = Self.post(Self.configMap("one"), in: &bench)?.resourceVersion ?? 0
    func patch(_ revision: Int64, _ text: String) -> Request.Body {
      .patch(
        .merge,
        .map(("metadata", .map(("resourceVersion", .string("\(revision)")))), ("data", .map(("a", .string(text)))))
      )
    }
    #expect(bench.send(bench.request(.patch, key, patch(revision, "1")))?.code == 200)
    #expect(bench.send(bench.request(.patch, key, patch(revision, "2")))?.code == 409)
  }

  @Test func theLastWordAboutAnObjectCarriesTheRevisionOfItsDeletion() {
    var bench = Bench()
    let key = ObjectKey(.configMap, "default", "one")
    _ = bench.send(bench.request(.watch, ObjectKey(.configMap, "", "")), by: 1)
    let revision = Self.post(Self.configMap("one"), in: &bench)?.resourceVersion ?? 0
    _ = bench.send(bench.request(.delete, key, .delete(Deletion())))
    let last = bench.probe(1).events.last
    #expect(last?.type == .deleted && last?.object.resourceVersion == revision + 1)
  }

  @Test func aNamespaceIsOnlyMarked() {
    var bench = Bench()
    var namespace = Namespace()
    namespace.metadata = ObjectMeta(name: "shop")
    _ = Self.post(Object(namespace: namespace), in: &bench)
    let key = ObjectKey(.namespace, "", "shop")
    let answer = bench.send(bench.request(.delete, key, .delete(Deletion(propagation: .background))))
    #expect(answer?.object?.asNamespace?.status.phase == "Terminating")
    let late = bench.send(bench.request(.create, ObjectKey(.configMap, "shop", "x"), .object(Self.configMap("x"))))
    #expect(
      late?.message
        == "configmaps \"x\" is forbidden: unable to create new content in namespace shop because it is being terminated"
    )
    var stored = bench.stored(key)?.asNamespace ?? Namespace()
    stored.spec.finalizers = []
    _ = bench.send(bench.request(.update, key, .object(Object(namespace: stored)), sub: "finalize"))
    #expect(bench.stored(key) == nil)
    let home = bench.send(bench.request(.delete, ObjectKey(.namespace, "", "default"), .delete(Deletion())))
    #expect(home?.message == "namespaces \"default\" is forbidden: this namespace may not be deleted")
  }

  // MARK: The garbage collector

  private static func owned(_ name: String, by owner: Object, blocks: Bool = true) -> Object {
    var object = configMap(name)
    var reference = OwnerReference()
    reference.apiVersion = owner.kind.apiVersion
    reference.kind = owner.kind.name
    reference.name = owner.name
    reference.uid = owner.uid
    reference.controller = true
    reference.blockOwnerDeletion = blocks
    object.metadata.ownerReferences = [reference]
    object.metadata.uid = "uid-\(name)"
    object.metadata.resourceVersion = 5
    return object
  }

  private static var owner: Object {
    configMap("owner") { metadata in
      metadata.uid = "uid-owner"
      metadata.resourceVersion = 4
    }
  }

  private static func answer(_ request: Request, _ object: Object?, code: Int64 = 200) -> Message {
    var response = Response(id: request.id, code: object == nil ? 404 : code, about: request.key)
    response.object = object
    return .response(response)
  }

  @Test func whatHasNoOwnerAnyMoreIsAskedForAndDeleted() {
    var collector = GarbageCollector(apiserver: 9)
    let child = Self.owned("child", by: Self.owner)
    collector.seed([Self.owner, child], revision: 5)
    var solo = Solo(collector)
    solo.hear(.watch(WatchEvent(type: .deleted, object: Self.owner, revision: 6)))
    #expect(solo.settle() == ["sync configmap/child", "check configmap/child"])
    let look = solo.takeRequests()
    #expect(look.map { $0.summary } == ["GET configmaps/child"])
    // The owner's uid is known to be gone: it is not asked for again.
    solo.hear(Self.answer(look[0], child))
    #expect(solo.settle() == ["delete configmap/child"])
    guard let request = solo.takeRequests().first, case .delete(let deletion) = request.body else {
      Issue.record("nothing was deleted")
      return
    }
    #expect(deletion.uid == "uid-child" && deletion.propagation == .background)
    #expect(request.user == "kube-controller-manager/generic-garbage-collector")
  }

  @Test func anOwnerThatWasNeverSeenIsAskedFor() {
    var collector = GarbageCollector(apiserver: 9)
    collector.seed([], revision: 5)
    var solo = Solo(collector)
    let child = Self.owned("child", by: Self.owner)
    solo.hear(.watch(WatchEvent(type: .added, object: child, revision: 6)))
    solo.settle()
    solo.hear(Self.answer(solo.takeRequests()[0], child))
    #expect(solo.settle() == ["check configmap/owner"])
    // It lives after all, so the child stays.
    solo.hear(Self.answer(solo.takeRequests()[0], Self.owner))
    #expect(solo.settle().isEmpty)
  }

  @Test func inTheForegroundTheOwnerGoesLast() {
    var collector = GarbageCollector(apiserver: 9)
    let child = Self.owned("child", by: Self.owner)
    collector.seed([Self.owner, child], revision: 5)
    var solo = Solo(collector)
    let marked = Self.owner.with { metadata in
      metadata.deletionTimestamp = Timestamp(0)
      metadata.finalizers = ["foregroundDeletion"]
      metadata.resourceVersion = 6
    }
    solo.hear(.watch(WatchEvent(type: .modified, object: marked, revision: 6)))
    var done = [solo.act("sync configmap/child"), solo.act("check configmap/child")]
    solo.hear(Self.answer(solo.takeRequests()[0], child))
    done.append(solo.act("check configmap/owner"))
    solo.hear(Self.answer(solo.takeRequests()[0], marked))
    done.append(solo.act("delete configmap/child"))
    #expect(done == [true, true, true, true])
    solo.hear(Self.answer(solo.takeRequests()[0], child))
    solo.hear(.watch(WatchEvent(type: .deleted, object: child, revision: 7)))
    #expect(solo.settle() == ["sync configmap/owner", "check configmap/owner"])
    solo.hear(Self.answer(solo.takeRequests()[0], marked))
    #expect(solo.settle() == ["patch configmap/owner"])
    guard case .patch(_, let patch)? = solo.takeRequests().first?.body else { return }
    #expect(patch["metadata"]?["finalizers"] == .null)
  }

  @Test func orphansAreLetGo() {
    var collector = GarbageCollector(apiserver: 9)
    let child = Self.owned("child", by: Self.owner)
    collector.seed([Self.owner, child], revision: 5)
    var solo = Solo(collector)
    let marked = Self.owner.with { metadata in
      metadata.deletionTimestamp = Timestamp(0)
      metadata.finalizers = ["orphan"]
    }
    solo.hear(.watch(WatchEvent(type: .modified, object: marked, revision: 6)))
    #expect(solo.settle() == ["sync configmap/owner", "patch configmap/child"])
    let release = solo.takeRequests()
    guard case .patch(.strategic, let patch)? = release.first?.body else { return }
    let free = try? StrategicMerge.apply(patch, to: child.value)
    #expect(free?["metadata"]?["ownerReferences"]?.elements ?? [] == [])
    solo.hear(Self.answer(release[0], child))
    #expect(solo.settle() == ["check configmap/owner"])
    solo.hear(Self.answer(solo.takeRequests()[0], marked))
    #expect(solo.settle() == ["patch configmap/owner"])
  }
}
