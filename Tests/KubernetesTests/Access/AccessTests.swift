import Clockwork
import Testing

@testable import Kubernetes

/// Who may do what, and what is said to whom may not.
@Suite struct AccessTests {
  private static func ask(
    _ user: Identity?,
    _ verb: APIVerb,
    _ key: ObjectKey,
    in bench: inout Bench,
    client: String = "tester",
    _ body: Request.Body = .none,
    sub: String = ""
  ) -> Response? {
    var request = bench.request(verb, key, body, sub: sub)
    request.user = client
    request.impersonated = user
    return bench.send(request)
  }

  private static func grant(_ bench: inout Bench) {
    var role = Role()
    role.metadata = ObjectMeta(name: "reader", namespace: "default")
    role.rules = [PolicyRule(["get", "list"], ["pods"])]
    var binding = RoleBinding()
    binding.metadata = ObjectMeta(name: "jane-reads", namespace: "default")
    binding.roleRef = RoleReference("Role", "reader")
    binding.subjects = [RoleSubject("User", "jane")]
    for object in [Object(role), Object(binding)] {
      #expect(bench.send(bench.request(.create, object.key, .object(object)))?.code == 201)
    }
  }

  @Test func nothingIsAllowedUnlessARuleSaysSo() {
    var bench = Bench()
    let jane = Identity("jane")
    let pods = ObjectKey(.pod, "default", "")
    #expect(
      Self.ask(jane, .list, pods, in: &bench)?.message
        == "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""
    )
    let everywhere = Self.ask(jane, .list, ObjectKey(.node, "", ""), in: &bench)
    #expect(everywhere?.code == 403 && everywhere?.message.hasSuffix("at the cluster scope") == true)
    Self.grant(&bench)
    #expect(Self.ask(jane, .list, pods, in: &bench)?.code == 200)
    #expect(
      Self.ask(jane, .delete, ObjectKey(.pod, "default", "web"), in: &bench, .delete(Deletion()))?.message
        == "pods \"web\" is forbidden: User \"jane\" cannot delete resource \"pods\" in API group \"\" in the namespace "
        + "\"default\""
    )
    #expect(Self.ask(Identity("joe"), .list, pods, in: &bench)?.code == 403)
    #expect(Self.ask(jane, .list, ObjectKey(.pod, "kube-system", ""), in: &bench)?.code == 403)
  }

  @Test func aBindingToNothingSaysSo() {
    var bench = Bench()
    Self.grant(&bench)
    _ = bench.send(bench.request(.delete, ObjectKey(.role, "default", "reader"), .delete(Deletion())))
    let answer = Self.ask(Identity("jane"), .list, ObjectKey(.pod, "default", ""), in: &bench)
    #expect(answer?.code == 403)
    #expect(answer?.message.hasSuffix(": RBAC: roles.rbac.authorization.k8s.io \"reader\" not found") == true)
  }

  @Test func serviceAccountsAreUsersOfTheirNamespace() {
    #expect(Identity.account("default", "ci").name == "system:serviceaccount:default:ci")
    #expect(Identity.account("default", "ci").groups.contains("system:serviceaccounts:default"))
    let admin = Identity.of(client: "kubectl", .now)
    #expect(admin.name == "kubernetes-admin" && admin.groups.contains("kubeadm:cluster-admins"))
    #expect(Identity.of(client: "kubelet@node1", .now).node == "node1")
    let controller = Identity.of(client: "kube-controller-manager/deployment-controller", .now)
    #expect(controller.name == "system:serviceaccount:kube-system:deployment-controller")
  }

  @Test func aKubeletWritesOnlyAboutItsOwn() {
    var bench = Bench()
    _ = bench.send(bench.request(.create, Bench.key(), .object(Bench.pod())))
    _ = bench.send(bench.request(.create, Bench.key(), .bind(node: "node1"), sub: "binding"))
    let stranger = "kubelet@node2"
    let token = ObjectKey(.serviceAccount, "default", "default")
    let refused = Self.ask(nil, .create, token, in: &bench, client: stranger, .token, sub: "token")
    #expect(refused?.code == 403)
    #expect(Self.ask(nil, .create, token, in: &bench, client: "kubelet@node1", .token, sub: "token")?.code == 201)
    let status = Request.Body.status(PodStatus(phase: "Running"))
    #expect(
      Self.ask(nil, .patch, Bench.key(), in: &bench, client: stranger, status, sub: "status")?.message
        == "pods \"web\" is forbidden: node \"node2\" can only update pod status for pods with spec.nodeName set to itself"
    )
    #expect(Self.ask(nil, .patch, Bench.key(), in: &bench, client: "kubelet@node1", status, sub: "status")?.code == 200)
    let removal = Request.Body.delete(Deletion(graceSeconds: 0))
    #expect(
      Self.ask(nil, .delete, Bench.key(), in: &bench, client: stranger, removal)?.message
        == "pods \"web\" is forbidden: node \"node2\" can only delete pods with spec.nodeName set to itself"
    )
    #expect(Self.ask(nil, .get, ObjectKey(.secret, "default", "x"), in: &bench, client: stranger)?.code == 403)
  }

  // MARK: Quotas and limits

  private static func pod(_ name: String, cpu: String = "", limit: String = "") -> Object {
    var object = Bench.pod(name)
    object.updatePod { pod in
      if !cpu.isEmpty { pod.spec.containers[0].resources.requests["cpu"] = cpu }
      if !limit.isEmpty { pod.spec.containers[0].resources.limits["cpu"] = limit }
    }
    return object
  }

  private static func post(_ object: Object, in bench: inout Bench) -> Response? {
    bench.send(bench.request(.create, object.key, .object(object)))
  }

  private static func quota(_ hard: ResourceList, used: ResourceList, in bench: inout Bench) {
    var quota = ResourceQuota()
    quota.metadata = ObjectMeta(name: "compute", namespace: "default")
    quota.spec.hard = hard
    _ = post(Object(quota), in: &bench)
    // What the quota controller would write.
    quota.status.hard = hard
    quota.status.used = used
    let key = ObjectKey(.resourceQuota, "default", "compute")
    #expect(bench.send(bench.request(.update, key, .object(Object(quota)), sub: "status"))?.code == 200)
  }

  @Test func aQuotaIsChargedBeforeThePodIsStored() {
    var bench = Bench()
    Self.quota(["requests.cpu": "2"], used: ["requests.cpu": "1800m"], in: &bench)
    #expect(
      Self.post(Self.pod("web", cpu: "500m"), in: &bench)?.message
        == "pods \"web\" is forbidden: exceeded quota: compute, requested: requests.cpu=500m, used: requests.cpu=1800m, "
        + "limited: requests.cpu=2"
    )
    #expect(
      Self.post(Self.pod("web"), in: &bench)?.message
        == "pods \"web\" is forbidden: failed quota: compute: must specify requests.cpu for: web"
    )
    #expect(Self.post(Self.pod("web", cpu: "100m"), in: &bench)?.code == 201)
    let quota = bench.stored(ObjectKey(.resourceQuota, "default", "compute"))?.as(ResourceQuota.self)
    #expect(quota?.status.used["requests.cpu"] == "1900m")
    let written = bench.log.firstIndex(of: "etcd put /registry/resourcequotas/default/compute")
    #expect(written != nil)
    let puts = bench.log.filter { $0.hasPrefix("etcd put") }.suffix(2)
    #expect(
      Array(puts) == ["etcd put /registry/resourcequotas/default/compute", "etcd put /registry/pods/default/web"]
    )
  }

  @Test func anUncountedQuotaLetsNothingIn() {
    var bench = Bench(.then)
    var quota = ResourceQuota()
    quota.metadata = ObjectMeta(name: "compute", namespace: "default")
    quota.spec.hard = ["pods": "2"]
    _ = Self.post(Object(quota), in: &bench)
    let answer = Self.post(Self.pod("web"), in: &bench)
    #expect(answer?.message == "pods \"web\" is forbidden: status unknown for quota: compute, resources: pods")
  }

  @Test func limitsAreDefaultsAndBounds() {
    var bench = Bench()
    var range = LimitRange()
    range.metadata = ObjectMeta(name: "limits", namespace: "default")
    var item = LimitRangeItem()
    item.type = "Container"
    item.default = ["cpu": "500m"]
    item.defaultRequest = ["cpu": "100m"]
    item.max = ["cpu": "1"]
    range.spec.limits = [item]
    #expect(Self.post(Object(range), in: &bench)?.code == 201)
    let pod = Self.post(Self.pod("web"), in: &bench)?.object?.pod
    #expect(pod?.spec.containers.first?.resources.requests == ["cpu": "100m"])
    #expect(pod?.spec.containers.first?.resources.limits == ["cpu": "500m"])
    #expect(pod?.status.qosClass == "Burstable")
    #expect(
      pod?.metadata.annotations["kubernetes.io/limit-ranger"]
        == "LimitRanger plugin set: cpu request for container web; cpu limit for container web"
    )
    #expect(
      Self.post(Self.pod("big", cpu: "1", limit: "2"), in: &bench)?.message
        == "pods \"big\" is forbidden: maximum cpu usage per Container is 1, but limit is 2"
    )
  }

  @Test func theRatioOfALimitToItsRequestIsBounded() {
    var item = LimitRangeItem()
    item.type = "Container"
    item.maxLimitRequestRatio = ["cpu": "2"]
    var range = LimitRange()
    range.spec.limits = [item]
    guard let pod = Self.pod("web", cpu: "300m", limit: "1").pod else { return }
    #expect(
      LimitRanger.refusal(pod, [range])?.text
        == "pods \"web\" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 3.333333"
    )
    guard let even = Self.pod("web", cpu: "500m", limit: "1").pod else { return }
    #expect(LimitRanger.refusal(even, [range]) == nil)
  }
}
