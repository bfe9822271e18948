import Clockwork
import Testing

@testable import Kubernetes

/// Lines as people type them, and what they are read as.
@Suite struct ScriptParserTests {
  static let big = Object(pod: Pod(metadata: ObjectMeta(name: "big")))
  static let elsewhere = Object(pod: Pod(metadata: ObjectMeta(name: "far", namespace: "lab")))

  static func parser(_ version: Version = .now) -> ScriptParser {
    ScriptParser(version: version) { file in
      switch file {
      case "big.yaml": return .objects([big])
      case "far.yaml": return .objects([elsewhere])
      default:
        return .problems([ScriptProblem(line: 3, column: 5, fact: Fact("file.no-such"), file: file)])
      }
    }
  }

  static let right: [(String, String)] = [
    ("preload demo/web:1.0", "preload demo/web:1.0"),
    ("preload demo/web:1.0 on node1", "preload demo/web:1.0 on node1"),
    ("break kube-scheduler", "stop kube-scheduler"),
    ("repair kubelet@node1  # and go on", "start kubelet@node1"),
    ("slow kube-scheduler 5s", "slow kube-scheduler 5000"),
    ("break link cbr0 on node1", "link cbr0 node1 down"), ("repair link eth0 on pod/web", "link eth0 pod/web up"),
    ("dig web A from pod/client", "send web from pod/client"), ("send http://web/ from x", "send http://web/ from x"),
    ("cut node1 cp1", "cut node1 cp1"),
    ("skew kubelet@node1 -2h", "skew kubelet@node1 -7200000"),
    ("skew kubelet@node1 +90s", "skew kubelet@node1 90000"),
    ("etcdctl get /registry/pods --rev=1200", "etcd /registry/pods at 1200"),
    ("kubectl get pods -w", "get pod in default table watching"),
    ("kubectl get pod web --watch-only", "get pod default/web in default table watching only"),
    ("mend node1 cp1", "mend node1 cp1"),
    ("kill pod/web pause", "kill web pause"),
    ("advance 30s", "advance 30000"),
    ("advance 1m30s", "advance 90000"),
    ("advance 500ms", "advance 500"),
    ("advance 1.5s", "advance 1500"),
    ("advance 2h", "advance 7200000"),
    ("mark record", "mark record"),
    ("mark 'half way'", "mark half way"),
    ("until pod/web Ready", "until pod default/web Ready=True"),
    ("until pod web Running", "until pod default/web phase Running"),
    ("until po/web gone", "until pod default/web gone"),
    ("until pod/kube-system/dns Succeeded", "until pod kube-system/dns phase Succeeded"),
    ("until pod/web Ready -n lab", "until pod lab/web Ready=True"),
    ("until pod/web PodScheduled=False", "until pod default/web PodScheduled=False"),
    ("until pod/web CrashLoopBackOff", "until pod default/web CrashLoopBackOff=True"),
    ("until pod/web Complete", "until pod default/web phase Succeeded"),
    ("until node/node1 Ready", "until node default/node1 Ready=True"),
    ("until deployment/web Available", "until deployment default/web Available=True"),
    ("until sts/db Ready", "until statefulset default/db Ready=True"),
    ("etcdctl get /registry/pods/", "etcd /registry/pods/"),
    ("etcdctl get /registry --prefix --keys-only", "etcd /registry keys"),
    ("crictl ps node1", "containers node1"),
    ("cat /var/log/pods/x.log on node1", "cat /var/log/pods/x.log node1"),
    ("kubectl delete pod {{pod app=web 1}}", "deferred kubectl delete pod {{pod app=web 1}}"),
    ("kubectl run web --image=demo/web:1.0 --port=8080", "run default/web demo/web:1.0 port=8080 Always run=web"),
    ("kubectl run web --port 8080 --image demo/web:1.0", "run default/web demo/web:1.0 port=8080 Always run=web"),
    ("kubectl -n lab run web --image=a", "run lab/web a Always run=web"),
    ("kubectl run web --image=a --env A=1 --env=B='x y'", "run default/web a A=1 B=x y Always run=web"),
    ("kubectl run web --image=a --env \"A=x \\\"y\\\" \\n\"", "run default/web a A=x \"y\" \\n Always run=web"),
    ("kubectl run web --image=a --env A=x\\ y", "run default/web a A=x y Always run=web"),
    ("kubectl run web --image=a -l app=web,tier=db", "run default/web a Always app=web tier=db"),
    ("kubectl run c --image=b --command -- sleep 3600", "run default/c b command sleep 3600 Always run=c"),
    ("kubectl run c --image=b -- -x --y", "run default/c b args -x --y Always run=c"),
    ("kubectl run j --image=b --restart=Never -- sh -c 'exit 3'", "run default/j b args sh -c exit 3 Never run=j"),
    ("kubectl create -f big.yaml", "create default/big from big.yaml"),
    ("kubectl apply -f big.yaml", "apply default/big from big.yaml"),
    ("kubectl apply --filename=big.yaml -n lab", "apply lab/big from big.yaml"),
    ("kubectl apply -f far.yaml", "apply lab/far from far.yaml"),
    ("kubectl get pods", "get pod in default table"),
    ("kubectl get po web -o wide", "get pod default/web in default wide"),
    ("kubectl get pod web db -owide", "get pod default/web default/db in default wide"),
    ("kubectl get pod/web -o=yaml", "get pod default/web in default yaml"),
    ("kubectl get pods -A --output json", "get pod in all json"),
    ("kubectl get pods,nodes -o name", "get pod node kinds in default name"),
    ("kubectl get all", "get pod daemonset deployment replicaset statefulset cronjob job kinds in default table"),
    ("kubectl get pod/web node/node1", "get pod node default/web node1 kinds in default table"),
    ("kubectl get pods -l 'app in (web,db),!old'", "get pod -l app in (db,web),!old in default table"),
    ("kubectl get pods -lapp=web --show-labels --no-headers", "get pod -l app=web in default table labels bare"),
    ("kubectl get pods --field-selector=status.phase!=Running", "get pod -f status.phase!=Running in default table"),
    (
      "kubectl get events --sort-by=.metadata.creationTimestamp",
      "get event in default table by metadata.creationTimestamp"
    ),
    ("kubectl get pods --sort-by='{.status.podIP}'", "get pod in default table by status.podIP"),
    ("kubectl describe pod web", "describe pod default/web"),
    ("kubectl describe nodes", "describe node"),
    ("kubectl delete pod web", "delete default/web waits"),
    ("kubectl delete pod/web pod/db --wait=false", "delete default/web default/db"),
    ("kubectl delete pod web --now", "delete default/web grace=1 waits"),
    ("kubectl delete pod web --grace-period=5", "delete default/web grace=5 waits"),
    ("kubectl delete pod web --grace-period=0", "delete default/web grace=1 waits"),
    ("kubectl delete pod web --grace-period=0 --force", "delete default/web grace=0 forced waits"),
    ("kubectl delete pods --all", "delete all waits"),
    ("kubectl delete po -l app=web", "delete -l app=web waits"),
    ("kubectl delete -f big.yaml", "delete default/big waits"),
    ("kubectl exec web -- cat /etc/hosts", "exec web cat /etc/hosts"),
    ("kubectl exec -it pod/web -c side -- sh -c \"echo 'a b'\"", "exec web -c side sh -c echo 'a b'"),
    ("kubectl patch pod web -p '{\"spec\":{\"x\":1}}'", "patch default/web strategic {\"spec\":{\"x\":1}}"),
    ("kubectl patch pod/web --type=merge --patch='{\"a\":null}'", "patch default/web merge {\"a\":null}"),
    (
      "kubectl patch pod web --type json -p '[{\"op\":\"remove\",\"path\":\"/a\"}]'",
      "patch default/web json [{\"op\":\"remove\",\"path\":\"/a\"}]"
    ),
    ("kubectl label pod web app=x tier=db old-", "label default/web app=x tier=db old-"),
    ("kubectl label pods --all --overwrite a=b", "label all a=b overwrite"),
    ("kubectl label node node1 disk=ssd --record", "label node1 disk=ssd"),
    ("load app=web cpu=200m", "load default/app=web cpu=200000000 memory=-1"),
    ("load -n shop app=web cpu=1.5 memory=64Mi shared", "load shop/app=web cpu=1500000000 memory=67108864 shared"),
    ("kubectl top pods", "top pods"), ("kubectl top no node1 --no-headers", "top nodes node1 bare"),
    ("kubectl top po -A --containers --sum --sort-by=memory", "top pods all containers sum by memory"),
    ("kubectl cordon node1", "cordon node1"), ("kubectl uncordon node/node1 node/node2", "uncordon node1 node2"),
    ("kubectl cordon -l disk=ssd", "cordon -l disk=ssd"),
    ("kubectl taint nodes node1 a=b:NoSchedule c:NoExecute", "taint node1 a=b:NoSchedule c=:NoExecute"),
    ("kubectl taint no node1 a- b:NoSchedule-", "taint node1 a=:- b=:NoSchedule-"),
    ("kubectl taint nodes --all a=b:PreferNoSchedule --overwrite", "taint all a=b:PreferNoSchedule overwrite"),
  ]

  @Test(arguments: right)
  func readsLine(_ line: String, _ expected: String) {
    let (read, problems) = Self.parser().parse(line: line)
    #expect(problems.isEmpty)
    #expect(read.map(ScriptLineText.of) == expected)
  }

  static let wrong: [(String, Int, String)] = [
    ("presume x", 1, "script.unknown-verb"),
    ("untill pod/web Ready", 1, "script.unknown-verb.suggestion"),
    ("ipvsadm-save node-1", 1, "script.later"),
    ("send web:0 from node-1", 6, "script.send.url"), ("dig we/b from node-1", 5, "script.send.name"),
    ("dig web", 1, "script.usage"), ("break link eth0", 1, "script.usage"),
    ("load", 1, "script.usage"), ("load app=web", 6, "script.usage"), ("load app=web x", 14, "script.usage"),
    ("load app=web cpu=fast", 14, "script.kubectl.quantity"), ("load a=(b cpu=1", 6, "script.kubectl.selector"),
    ("kubectl top", 9, "script.usage"), ("kubectl top pods --sort-by=name", 18, "script.kubectl.top-sort"),
    ("kubectl top nodes --sum", 19, "script.unknown-flag"),
    ("preload", 1, "script.usage"),
    ("break a b", 9, "script.too-many"),
    ("advance soon", 9, "script.duration"),
    ("advance 5", 9, "script.duration"),
    ("advance -5s", 9, "script.duration"),
    ("advance 99999999999h", 9, "script.duration"),
    ("until pod/web", 7, "script.usage"),
    ("until pdo/web Ready", 7, "script.unknown-kind.suggestion"),
    ("until quux/web Ready", 7, "script.unknown-kind"),
    ("mark 'half", 6, "script.open-quote"),
    ("kubectl get pods | grep web", 18, "script.shell-syntax"),
    ("kubectl get pods; ls", 17, "script.shell-syntax"),
    ("kubectl", 1, "script.kubectl.no-verb"),
    ("kubectl gte pods", 9, "script.kubectl.unknown-verb.suggestion"),
    ("kubectl frobnicate", 9, "script.kubectl.unknown-verb"),
    ("kubectl attach web", 9, "script.kubectl.verb-later"),
    ("kubectl get", 9, "script.kubectl.needs-kind"),
    ("kubectl get pdos", 13, "script.unknown-kind.suggestion"),
    ("kubectl get replicationcontrollers", 13, "script.kind-later"),
    ("kubectl get pods --selctor app=web", 18, "script.kubectl.unknown-flag.suggestion"),
    ("kubectl get pods --zzz", 18, "script.kubectl.unknown-flag"),
    ("kubectl get pods --template=x", 18, "script.kubectl.flag-left-out"),
    ("kubectl get pods -o table", 18, "script.kubectl.output"),
    ("kubectl get pods -n", 18, "script.kubectl.flag-needs-value"),
    ("kubectl get pods -l 'a in b'", 18, "script.kubectl.selector"),
    ("kubectl get pods/web node1", 22, "script.kubectl.slash"),
    ("kubectl get pod web -l a=b", 9, "script.kubectl.name-and-selector"),
    ("kubectl run --image=a", 9, "script.usage"),
    ("kubectl run web", 9, "script.kubectl.run-image"),
    ("kubectl run web --image=a --port=http", 27, "script.kubectl.number"),
    ("kubectl run web --image=a --requests=cpu=1", 27, "script.kubectl.flag-gone"),
    ("kubectl run web --image=a --restart=Sometimes", 27, "script.kubectl.restart"),
    ("kubectl run web --image=a --rm", 27, "script.kubectl.flag-left-out"),
    ("kubectl run web --image=a --env=A", 27, "script.kubectl.pair"),
    ("kubectl create deployment web --image=a --raw=b", 41, "script.kubectl.flag-left-out"),
    ("kubectl create", 9, "script.kubectl.needs-file"),
    ("kubectl apply big.yaml", 15, "script.kubectl.unexpected"),
    ("kubectl apply -f none.yaml", 5, "file.no-such"),
    ("kubectl apply -f far.yaml -n web", 27, "script.kubectl.namespace-mismatch"),
    ("kubectl delete pods", 9, "script.kubectl.delete-what"),
    ("kubectl delete pod web --now --grace-period=3", 30, "script.kubectl.together"),
    ("kubectl delete pod web --grace-period=soon", 24, "script.kubectl.number"),
    ("kubectl exec web ls", 18, "script.kubectl.exec-dashes"),
    ("kubectl exec web --", 14, "script.kubectl.exec-command"),
    ("kubectl exec node/node1 -- ls", 14, "script.kubectl.exec-kind"),
    ("kubectl patch pod web", 9, "script.kubectl.needs-patch"),
    ("kubectl patch pod web -p '{'", 23, "script.kubectl.json"),
    ("kubectl patch pod web --type=json -p '{}'", 35, "script.kubectl.patch-shape"),
    ("kubectl patch pod web --type=odd -p '{}'", 23, "script.kubectl.patch-type"),
    ("kubectl label pod web", 9, "script.usage"),
    ("kubectl cordon", 9, "script.usage"), ("kubectl taint nodes node1", 9, "script.usage"),
    ("kubectl taint nodes node1 a=b", 27, "script.kubectl.taint"),
    ("kubectl taint nodes node1 a=b:Never", 27, "script.kubectl.taint-effect"),
    ("kubectl taint nodes node1 a=b:NoSchedule a=c:NoSchedule", 42, "script.kubectl.taint-twice"),
    ("kubectl taint pods web a=b:NoSchedule", 9, "script.usage"),
    ("kubectl label pod web a=1 a=2", 27, "script.kubectl.label-twice"),
    ("kubectl delete pod {{pud app=web 1}}", 1, "script.placeholder"),
    ("crictl images node1", 1, "script.usage"),
    ("etcdctl put /registry/x", 1, "script.usage"),
  ]

  @Test(arguments: wrong)
  func explainsLine(_ line: String, _ column: Int, _ key: String) {
    let (read, problems) = Self.parser().parse(line: line)
    #expect(read == nil)
    #expect(problems.map(\.fact.key) == [key])
    #expect(problems.first?.column == column)
  }

  @Test func oldKubectlHasOldFlags() {
    let (run, none) = Self.parser(.then).parse(line: "kubectl run web --image=a --requests=cpu=100m,memory=64Mi")
    #expect(none.isEmpty)
    guard case .kubectl(let command)? = run, case .run(let object) = command.operation else {
      Issue.record("not a run")
      return
    }
    #expect(object.pod?.spec.containers[0].resources.requests["cpu"] == "100m")
    let (exec, problems) = Self.parser(.then).parse(line: "kubectl exec web ls -l /")
    #expect(problems.isEmpty)
    #expect(exec.map(ScriptLineText.of) == "exec web ls -l /")
  }

  @Test func findsEveryProblemInOnePass() {
    let text = "# start\n\npreload a\nbrake b\nadvance 5x\nkubectl get pods \\\n  -o wide\nmark m\n"
    let (lines, problems) = Self.parser().parse(text)
    #expect(lines.map(\.number) == [3, 6, 8])
    #expect(problems.map(\.line) == [4, 5])
  }

  @Test func namesAreLookedUpWhenTheLineIsReached() {
    let text = "kubectl delete pod {{pod app=web 2}}"
    let (line, problems) = Self.parser().resolve(text) { placeholder in
      placeholder.kind == .pod && placeholder.index == 2 && placeholder.labels.text == "app=web" ? "web-x7" : nil
    }
    #expect(problems.isEmpty)
    #expect(line.map(ScriptLineText.of) == "delete default/web-x7 waits")
    #expect(Self.parser().resolve(text) { _ in nil }.problems.map(\.fact.key) == ["script.placeholder.nothing"])
  }

  @Test func aHostileLineIsOnlyAProblem() {
    let deep = String(repeating: "[", count: 5000)
    #expect(Self.parser().parse(line: "kubectl patch pod web -p '\(deep)'").problems.count == 1)
    #expect(Self.parser().parse(line: String(repeating: "x", count: 100_000)).problems.count == 1)
  }
}
