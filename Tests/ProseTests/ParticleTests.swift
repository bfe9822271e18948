import Prose
import Testing

@Suite struct ParticleTests {
  @Test(arguments: [
    // Hangul
    ("사람", "이가", "이"), ("나무", "이가", "가"), ("물", "으로로", "로"), ("집", "으로로", "으로"), ("바다", "으로로", "로"),
    ("책", "을를", "을"), ("노드", "을를", "를"), ("컨테이너", "은는", "는"), ("커널", "은는", "은"), ("파드", "와과", "와"),
    ("레플리카셋", "와과", "과"), ("스케줄러", "이라라", "라"), ("커널", "이라라", "이라"), ("값", "이가", "이"),
    ("파드(Pod)", "이가", "가"), ("커널(kernel)", "을를", "을"), ("노드 2개", "이가", "가"),
    // digits
    ("node-1", "이가", "이"), ("node2", "이가", "가"), ("node3", "을를", "을"), ("node-4", "은는", "는"), ("v5", "와과", "와"),
    ("node6", "이가", "이"), ("node7", "으로로", "로"), ("node8", "으로로", "로"), ("node9", "으로로", "로"), ("node10", "이가", "이"),
    ("10.244.1.3", "으로로", "으로"), ("10.244.1.1", "으로로", "로"), ("cni0", "을를", "을"),
    // names of the trade
    ("kubelet", "이가", "이"), ("kubelet@node1", "이가", "이"), ("kubelet@node2", "이가", "가"), ("etcd", "이가", "가"),
    ("kube-apiserver", "이가", "가"), ("kube-scheduler", "을를", "를"), ("kube-proxy", "은는", "는"), ("kubectl", "이가", "이"),
    ("kubectl", "으로로", "로"), ("pod", "이가", "가"), ("Pod", "을를", "를"), ("containerd", "와과", "와"), ("docker", "은는", "는"),
    ("kernel", "으로로", "로"), ("web", "이가", "이"), ("pod/web", "을를", "을"), ("ReplicaSet", "이가", "이"),
    ("DaemonSet", "으로로", "으로"), ("Deployment", "이가", "가"), ("ConfigMap", "을를", "을"), ("Job", "이가", "이"),
    ("nginx", "을를", "를"), ("API", "이가", "가"), ("DNS", "을를", "를"), ("URL", "을를", "을"), ("TTL", "이가", "이"),
    ("IP", "을를", "를"), ("CIDR", "은는", "는"), ("Running", "으로로", "으로"), ("Pending", "이가", "이"),
    ("CrashLoopBackOff", "이가", "가"), ("`kubelet`", "이가", "이"), ("web-7d4b9c", "이가", "가"), ("VXLAN", "이가", "이"),
    ("promtail", "이가", "이"), ("coredns", "이가", "가"), ("iptables", "이가", "가"), ("image", "을를", "를"),
    // what cannot be read
    ("", "을를", "을(를)"), ("→", "이가", "이(가)"), ("日本", "은는", "은(는)"), ("grok", "와과", "와(과)"), ("wrap", "으로로", "(으)로"),
    ("tusk", "이라라", "(이)라"),
  ])
  func theParticleFollowsTheLastSound(word: String, pair: String, particle: String) {
    #expect(Particle.choose(pair, after: word) == particle)
  }

  @Test func aPairThatDoesNotExistIsNil() {
    #expect(Particle.choose("가나", after: "집") == nil)
    #expect(Particle.choose("", after: "집") == nil)
  }

  @Test func decomposedHangulIsReadLikeComposed() {
    #expect(Particle.choose("이가", after: "\u{1106}\u{116e}\u{11af}") == "이")
    #expect(Particle.choose("으로로", after: "\u{1106}\u{116e}\u{11af}") == "로")
  }
}

@Suite struct TemplateTests {
  @Test(arguments: [
    ("{actor|이가} {pod|을를} 씁니다.", ["actor": "kubelet", "pod": "web"], "kubelet이 web을 씁니다."),
    ("{actor} binds {pod} to {node}.", ["actor": "a", "pod": "b", "node": "c"], "a binds b to c."),
    ("{a}{a}", ["a": "x"], "xx"),
    ("{missing} and {missing|이가}", [:], "{missing} and {missing|이가}"),
    ("{{pod app=web 1}} {a}", ["a": "x", "pod app=web 1": "no"], "{{pod app=web 1}} x"),
    ("{{ {a}", ["a": "x"], "{{ x"),
    ("{ a } {} {a", ["a": "x"], "{ a } {} {a"),
    ("{a|무엇}", ["a": "x"], "{a|무엇}"),
    ("{a}", ["a": "{b}", "b": "no"], "{b}"),
    ("{\"json\":1}", ["json": "x"], "{\"json\":1}"),
    ("no gap", [:], "no gap"),
    ("", [:], ""),
  ])
  func gapsAreFilled(template: String, arguments: [String: String], text: String) {
    #expect(Template.fill(template, arguments) == text)
  }

  @Test func namesAreListedOnce() {
    #expect(Template.names(in: "{b|이가} {a} {b}") == ["b", "a"])
  }

  @Test(arguments: ["{", "{{", "{a", "{{{"])
  func manyOpenBracesAreReadInTime(piece: String) {
    let text = String(repeating: piece, count: 5_000)
    #expect(Template.fill(text, ["a": "b"]) == text)
  }
}
