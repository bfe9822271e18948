import Clockwork

/// The Go structs below a Pod template: names, keys and types of their fields, in the order of their declaration.
enum GoTypes {
  struct Field: Sendable {
    /// The name in Go.
    var name: String
    /// The key in a manifest; `-` for an embedded struct.
    var key: String
    var type: String
  }

  static let then = read(shared + old)
  static let now = read(shared + new)

  /// One struct a row: its type, then name, key and type of each field.
  private static func read(_ rows: [String]) -> Table<String, [Field]> {
    var table: Table<String, [Field]> = [:]
    for row in rows {
      let words = row.split(separator: " ").map { String($0) }
      guard let type = words.first else { continue }
      var fields: [Field] = []
      var place = 1
      while place + 2 < words.count {
        fields.append(Field(name: words[place], key: words[place + 1], type: words[place + 2]))
        place += 3
      }
      table[type] = fields
    }
    return table
  }

  private static let metadata =
    "v1.ObjectMeta Name name string GenerateName generateName string Namespace namespace string "
    + "SelfLink selfLink string UID uid types.UID ResourceVersion resourceVersion string Generation generation int64 "
    + "CreationTimestamp creationTimestamp v1.Time DeletionTimestamp deletionTimestamp *v1.Time "
    + "DeletionGracePeriodSeconds deletionGracePeriodSeconds *int64 Labels labels map[string]string "
    + "Annotations annotations map[string]string OwnerReferences ownerReferences []v1.OwnerReference "
    + "Finalizers finalizers []string "

  private static let pod =
    "v1.PodSpec Volumes volumes []v1.Volume InitContainers initContainers []v1.Container "
    + "Containers containers []v1.Container EphemeralContainers ephemeralContainers []v1.EphemeralContainer "
    + "RestartPolicy restartPolicy v1.RestartPolicy "
    + "TerminationGracePeriodSeconds terminationGracePeriodSeconds *int64 "
    + "ActiveDeadlineSeconds activeDeadlineSeconds *int64 DNSPolicy dnsPolicy v1.DNSPolicy "
    + "NodeSelector nodeSelector map[string]string ServiceAccountName serviceAccountName string "
    + "DeprecatedServiceAccount serviceAccount string "
    + "AutomountServiceAccountToken automountServiceAccountToken *bool NodeName nodeName string "
    + "HostNetwork hostNetwork bool HostPID hostPID bool HostIPC hostIPC bool "
    + "ShareProcessNamespace shareProcessNamespace *bool SecurityContext securityContext *v1.PodSecurityContext "
    + "ImagePullSecrets imagePullSecrets []v1.LocalObjectReference Hostname hostname string "
    + "Subdomain subdomain string Affinity affinity *v1.Affinity SchedulerName schedulerName string "
    + "Tolerations tolerations []v1.Toleration HostAliases hostAliases []v1.HostAlias "
    + "PriorityClassName priorityClassName string Priority priority *int32 DNSConfig dnsConfig *v1.PodDNSConfig "
    + "ReadinessGates readinessGates []v1.PodReadinessGate RuntimeClassName runtimeClassName *string "
    + "EnableServiceLinks enableServiceLinks *bool PreemptionPolicy preemptionPolicy *v1.PreemptionPolicy "
    + "Overhead overhead v1.ResourceList "
    + "TopologySpreadConstraints topologySpreadConstraints []v1.TopologySpreadConstraint "
    + "SetHostnameAsFQDN setHostnameAsFQDN *bool "

  private static let containerHead =
    "v1.Container Name name string Image image string Command command []string Args args []string "
    + "WorkingDir workingDir string Ports ports []v1.ContainerPort EnvFrom envFrom []v1.EnvFromSource "
    + "Env env []v1.EnvVar Resources resources v1.ResourceRequirements "

  private static let containerTail =
    "VolumeMounts volumeMounts []v1.VolumeMount VolumeDevices volumeDevices []v1.VolumeDevice "
    + "LivenessProbe livenessProbe *v1.Probe ReadinessProbe readinessProbe *v1.Probe "
    + "StartupProbe startupProbe *v1.Probe Lifecycle lifecycle *v1.Lifecycle "
    + "TerminationMessagePath terminationMessagePath string "
    + "TerminationMessagePolicy terminationMessagePolicy v1.TerminationMessagePolicy "
    + "ImagePullPolicy imagePullPolicy v1.PullPolicy SecurityContext securityContext *v1.SecurityContext "
    + "Stdin stdin bool StdinOnce stdinOnce bool TTY tty bool"

  private static let podSecurity =
    "v1.PodSecurityContext SELinuxOptions seLinuxOptions *v1.SELinuxOptions "
    + "WindowsOptions windowsOptions *v1.WindowsSecurityContextOptions RunAsUser runAsUser *int64 "
    + "RunAsGroup runAsGroup *int64 RunAsNonRoot runAsNonRoot *bool "
    + "SupplementalGroups supplementalGroups []int64 "

  private static let security =
    "v1.SecurityContext Capabilities capabilities *v1.Capabilities Privileged privileged *bool "
    + "SELinuxOptions seLinuxOptions *v1.SELinuxOptions WindowsOptions windowsOptions "
    + "*v1.WindowsSecurityContextOptions RunAsUser runAsUser *int64 RunAsGroup runAsGroup *int64 "
    + "RunAsNonRoot runAsNonRoot *bool ReadOnlyRootFilesystem readOnlyRootFilesystem *bool "
    + "AllowPrivilegeEscalation allowPrivilegeEscalation *bool ProcMount procMount *v1.ProcMountType "
    + "SeccompProfile seccompProfile *v1.SeccompProfile"

  private static let probeTail =
    "InitialDelaySeconds initialDelaySeconds int32 TimeoutSeconds timeoutSeconds int32 "
    + "PeriodSeconds periodSeconds int32 SuccessThreshold successThreshold int32 "
    + "FailureThreshold failureThreshold int32"

  private static let spread =
    "v1.TopologySpreadConstraint MaxSkew maxSkew int32 TopologyKey topologyKey string "
    + "WhenUnsatisfiable whenUnsatisfiable v1.UnsatisfiableConstraintAction "
    + "LabelSelector labelSelector *v1.LabelSelector"

  private static let affinityTerm =
    "v1.PodAffinityTerm LabelSelector labelSelector *v1.LabelSelector Namespaces namespaces []string "
    + "TopologyKey topologyKey string"

  private static let mountHead = "v1.VolumeMount Name name string ReadOnly readOnly bool "

  private static let mountTail =
    "MountPath mountPath string SubPath subPath string MountPropagation mountPropagation *v1.MountPropagationMode "
    + "SubPathExpr subPathExpr string"

  private static let old = [
    metadata + "ClusterName clusterName string ManagedFields managedFields []v1.ManagedFieldsEntry",
    pod,
    containerHead + containerTail,
    podSecurity + "FSGroup fsGroup *int64 Sysctls sysctls []v1.Sysctl FSGroupChangePolicy fsGroupChangePolicy "
      + "*v1.PodFSGroupChangePolicy SeccompProfile seccompProfile *v1.SeccompProfile",
    security,
    "v1.ResourceRequirements Limits limits v1.ResourceList Requests requests v1.ResourceList",
    "v1.Probe Handler - v1.Handler " + probeTail,
    "v1.Handler Exec exec *v1.ExecAction HTTPGet httpGet *v1.HTTPGetAction TCPSocket tcpSocket *v1.TCPSocketAction",
    "v1.Lifecycle PostStart postStart *v1.Handler PreStop preStop *v1.Handler",
    mountHead + mountTail,
    spread,
    affinityTerm,
    VolumeGoTypes.old,
  ]

  private static let new = [
    metadata + "ManagedFields managedFields []v1.ManagedFieldsEntry",
    pod + "OS os *v1.PodOS HostUsers hostUsers *bool SchedulingGates schedulingGates []v1.PodSchedulingGate "
      + "ResourceClaims resourceClaims []v1.PodResourceClaim Resources resources *v1.ResourceRequirements "
      + "HostnameOverride hostnameOverride *string WorkloadRef workloadRef *v1.WorkloadReference",
    containerHead + "ResizePolicy resizePolicy []v1.ContainerResizePolicy RestartPolicy restartPolicy "
      + "*v1.ContainerRestartPolicy RestartPolicyRules restartPolicyRules []v1.ContainerRestartRule " + containerTail,
    podSecurity + "SupplementalGroupsPolicy supplementalGroupsPolicy *v1.SupplementalGroupsPolicy FSGroup fsGroup "
      + "*int64 Sysctls sysctls []v1.Sysctl FSGroupChangePolicy fsGroupChangePolicy *v1.PodFSGroupChangePolicy "
      + "SeccompProfile seccompProfile *v1.SeccompProfile AppArmorProfile appArmorProfile *v1.AppArmorProfile "
      + "SELinuxChangePolicy seLinuxChangePolicy *v1.PodSELinuxChangePolicy",
    security + " AppArmorProfile appArmorProfile *v1.AppArmorProfile",
    "v1.ResourceRequirements Limits limits v1.ResourceList Requests requests v1.ResourceList Claims claims "
      + "[]v1.ResourceClaim",
    "v1.Probe ProbeHandler - v1.ProbeHandler " + probeTail
      + " TerminationGracePeriodSeconds terminationGracePeriodSeconds *int64",
    "v1.ProbeHandler Exec exec *v1.ExecAction HTTPGet httpGet *v1.HTTPGetAction TCPSocket tcpSocket "
      + "*v1.TCPSocketAction GRPC grpc *v1.GRPCAction",
    "v1.LifecycleHandler Exec exec *v1.ExecAction HTTPGet httpGet *v1.HTTPGetAction TCPSocket tcpSocket "
      + "*v1.TCPSocketAction Sleep sleep *v1.SleepAction",
    "v1.Lifecycle PostStart postStart *v1.LifecycleHandler PreStop preStop *v1.LifecycleHandler StopSignal "
      + "stopSignal *v1.Signal",
    "v1.GRPCAction Port port int32 Service service *string",
    "v1.SleepAction Seconds seconds int64",
    "v1.PodSchedulingGate Name name string",
    "v1.PodOS Name name v1.OSName",
    mountHead + "RecursiveReadOnly recursiveReadOnly *v1.RecursiveReadOnlyMode " + mountTail,
    spread + " MinDomains minDomains *int32 NodeAffinityPolicy nodeAffinityPolicy *v1.NodeInclusionPolicy "
      + "NodeTaintsPolicy nodeTaintsPolicy *v1.NodeInclusionPolicy MatchLabelKeys matchLabelKeys []string",
    affinityTerm + " NamespaceSelector namespaceSelector *v1.LabelSelector MatchLabelKeys matchLabelKeys []string "
      + "MismatchLabelKeys mismatchLabelKeys []string",
    VolumeGoTypes.new,
  ]

  private static let shared =
    [
      "v1.PodTemplateSpec ObjectMeta metadata v1.ObjectMeta Spec spec v1.PodSpec",
      "v1.OwnerReference APIVersion apiVersion string Kind kind string Name name string UID uid types.UID "
        + "Controller controller *bool BlockOwnerDeletion blockOwnerDeletion *bool",
      "v1.ContainerPort Name name string HostPort hostPort int32 ContainerPort containerPort int32 Protocol protocol "
        + "v1.Protocol HostIP hostIP string",
      "v1.EnvFromSource Prefix prefix string ConfigMapRef configMapRef *v1.ConfigMapEnvSource SecretRef secretRef "
        + "*v1.SecretEnvSource",
      "v1.ConfigMapEnvSource LocalObjectReference - v1.LocalObjectReference Optional optional *bool",
      "v1.SecretEnvSource LocalObjectReference - v1.LocalObjectReference Optional optional *bool",
      "v1.EnvVar Name name string Value value string ValueFrom valueFrom *v1.EnvVarSource",
      "v1.EnvVarSource FieldRef fieldRef *v1.ObjectFieldSelector ResourceFieldRef resourceFieldRef "
        + "*v1.ResourceFieldSelector ConfigMapKeyRef configMapKeyRef *v1.ConfigMapKeySelector SecretKeyRef "
        + "secretKeyRef *v1.SecretKeySelector",
      "v1.ObjectFieldSelector APIVersion apiVersion string FieldPath fieldPath string",
      "v1.ResourceFieldSelector ContainerName containerName string Resource resource string Divisor divisor "
        + "resource.Quantity",
      "v1.ConfigMapKeySelector LocalObjectReference - v1.LocalObjectReference Key key string Optional optional *bool",
      "v1.SecretKeySelector LocalObjectReference - v1.LocalObjectReference Key key string Optional optional *bool",
      "v1.LocalObjectReference Name name string",
      "v1.ExecAction Command command []string",
      "v1.HTTPGetAction Path path string Port port intstr.IntOrString Host host string Scheme scheme v1.URIScheme "
        + "HTTPHeaders httpHeaders []v1.HTTPHeader",
      "v1.HTTPHeader Name name string Value value string",
      "v1.TCPSocketAction Port port intstr.IntOrString Host host string",
      "v1.Capabilities Add add []v1.Capability Drop drop []v1.Capability",
      "v1.SeccompProfile Type type v1.SeccompProfileType LocalhostProfile localhostProfile *string",
      "v1.Toleration Key key string Operator operator v1.TolerationOperator Value value string Effect effect "
        + "v1.TaintEffect TolerationSeconds tolerationSeconds *int64",
      "v1.PodReadinessGate ConditionType conditionType v1.PodConditionType",
      "v1.LabelSelector MatchLabels matchLabels map[string]string MatchExpressions matchExpressions "
        + "[]v1.LabelSelectorRequirement",
      "v1.LabelSelectorRequirement Key key string Operator operator v1.LabelSelectorOperator Values values []string",
      "v1.Affinity NodeAffinity nodeAffinity *v1.NodeAffinity PodAffinity podAffinity *v1.PodAffinity "
        + "PodAntiAffinity podAntiAffinity *v1.PodAntiAffinity",
      "v1.NodeSelector NodeSelectorTerms nodeSelectorTerms []v1.NodeSelectorTerm",
      "v1.NodeSelectorTerm MatchExpressions matchExpressions []v1.NodeSelectorRequirement MatchFields matchFields "
        + "[]v1.NodeSelectorRequirement",
      "v1.NodeSelectorRequirement Key key string Operator operator v1.NodeSelectorOperator Values values []string",
      "v1.PreferredSchedulingTerm Weight weight int32 Preference preference v1.NodeSelectorTerm",
      "v1.WeightedPodAffinityTerm Weight weight int32 PodAffinityTerm podAffinityTerm v1.PodAffinityTerm",
      preferring("v1.NodeAffinity", "*v1.NodeSelector", "[]v1.PreferredSchedulingTerm"),
      preferring("v1.PodAffinity", "[]v1.PodAffinityTerm", "[]v1.WeightedPodAffinityTerm"),
      preferring("v1.PodAntiAffinity", "[]v1.PodAffinityTerm", "[]v1.WeightedPodAffinityTerm"),
    ] + VolumeGoTypes.shared

  private static func preferring(_ type: String, _ required: String, _ preferred: String) -> String {
    "\(type) RequiredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution \(required) "
      + "PreferredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution \(preferred)"
  }
}
